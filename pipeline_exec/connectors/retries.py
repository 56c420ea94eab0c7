"""Retries: transient errors are tried again, with growing pauses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random

from pipeline_exec.errors import ExecutionFailure
from pipeline_exec.settings import Settings

T = TypeVar("T")

LONGEST_PAUSE = 30.0
"""Seconds between two tries at most."""


def no_wish(error: BaseException) -> float:
    """The far side said nothing about when to come back."""
    del error
    return 0.0


class Retries:
    """Calls something again while it fails with a transient error of ours."""

    def __init__(self, settings: Settings, wished: Callable[[BaseException], float] = no_wish) -> None:
        """Try as often as the settings say.

        Args:
            settings: How often, and how long the first pause is.
            wished: How many seconds the far side asked to be left alone for. Where that is more than 30, the error
                comes out at once: the engine can come back later, a waiting worker cannot do anything else.
        """
        self._settings = settings
        self._wished = wished
        first = settings.retry_wait_seconds
        self._backoff = wait_exponential(multiplier=first) + wait_random(0, first / 2)

    def call(self, act: Callable[[], T]) -> T:
        """What ``act`` answers, or the error of its last try."""
        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, ExecutionFailure) and error.transient),
            stop=self._stops,
            wait=self._pause,
            reraise=True,
        )
        return retrying(act)

    def _stops(self, state: RetryCallState) -> bool:
        return state.attempt_number >= self._settings.retry_attempts or self._asked(state) > LONGEST_PAUSE

    def _pause(self, state: RetryCallState) -> float:
        return min(max(self._backoff(state), self._asked(state)), LONGEST_PAUSE)

    def _asked(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return self._wished(error) if error else 0.0
