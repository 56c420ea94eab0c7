"""Health: whether every part of the service is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from starlette.responses import Response

from pipeline_exec.api.paths import HEALTH
from pipeline_exec.api.problems import problem
from pipeline_exec.api.views.envelope import Data, Problem
from pipeline_exec.api.views.view import View
from pipeline_exec.errors import FieldProblem, PipelineExecError

Check = Callable[[], None]
"""Returns when a part is there; raises one of our errors when it is not."""

FRESH_SECONDS = 1.0
"""How long an answer is repeated: anybody may ask, and the checks are work."""


class HealthView(View):
    """All is well."""

    message: str


class Health:
    """Looks at the parts, at most once at a time."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._looked_at = -FRESH_SECONDS
        self._failing: Sequence[FieldProblem] = ()
        # Those who wait for a part that hangs must not take the threads of everybody else.
        self._one = CapacityLimiter(1)

    async def failing(self) -> Sequence[FieldProblem]:
        """The parts that are not there, by their names, and what is wrong with each."""
        return await to_thread.run_sync(self._look, limiter=self._one)

    def _look(self) -> Sequence[FieldProblem]:
        if time.monotonic() - self._looked_at >= FRESH_SECONDS:
            self._failing = [found for name, check in self._checks.items() if (found := _looked(name, check))]
            self._looked_at = time.monotonic()
        return self._failing


def health_router(checks: Mapping[str, Check]) -> APIRouter:
    """Serves the health of the parts.

    Args:
        checks: By the name of the part.
    """
    router = APIRouter()
    health = Health(checks)

    @router.get(HEALTH, tags=["management"], response_model=Data[HealthView], responses={503: {"model": Problem}})
    async def healthy() -> Data[HealthView] | Response:
        """Whether the service and what it needs are there. Needs no authentication."""
        failing = await health.failing()
        if failing:
            named = " ".join(f"{part.field}: {part.message}" for part in failing)
            return problem(HEALTH, 503, named, failing)
        return Data(data=HealthView(message="OK"))

    return router


def _looked(name: str, check: Check) -> FieldProblem | None:
    try:
        check()
    except PipelineExecError as error:
        return FieldProblem(name, error.message)
    return None
