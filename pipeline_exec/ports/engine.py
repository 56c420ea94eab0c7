"""Who runs attempts: Dagster."""

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from typing import Protocol

from pipeline_exec.model.execution import Execution
from pipeline_exec.model.identity import RunId


class RunState(Enum):
    """What has become of a run, as the engine knows it."""

    ABSENT = auto()
    """It was never launched, or is forgotten."""
    WAITING = auto()
    """It is launched and has not begun."""
    RUNNING = auto()
    SUCCEEDED = auto()
    FAILED = auto()
    CANCELED = auto()


class Engine(Protocol):
    """What runs attempts: Dagster."""

    def launch(self, execution: Execution, job: str) -> None:
        """Start the run of the latest attempt. Safe to repeat: the run id is the attempt's own.

        Raises:
            Unavailable: it could not be handed over now; the reconciler will try again.
        """

    def execute(self, execution: Execution, job: str) -> None:
        """Execute the run of the latest attempt in this process; return when it has ended, however it did."""

    def cancel(self, run_id: RunId) -> None:
        """Stop a run that is not finished; a no-op for one that is, or is unknown."""

    def abandon(self, run_id: RunId, reason: str) -> None:
        """Note that a run's worker is gone; a no-op for a run that is finished, or is unknown."""

    def states(self, run_ids: Iterable[RunId]) -> Mapping[RunId, RunState]:
        """What has become of each run, in one question."""

    def refresh(self) -> None:
        """Definitions changed in the store: make every process see it; return when the code server does.

        A no-op without a running service: definitions are read when it starts.
        """
