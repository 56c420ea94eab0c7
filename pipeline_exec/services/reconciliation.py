"""Reconciliation: unfinished attempts compared with their runs, so that none is lost and none stays PROCESSING."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from pipeline_exec.errors import ExecutionCanceled, InternalError
from pipeline_exec.model.execution import Execution
from pipeline_exec.model.identity import PipelineId
from pipeline_exec.ports import Clock, Engine, RunState, Store
from pipeline_exec.services.arrivals import ArrivalService
from pipeline_exec.services.lifecycle import CLAIM_SECONDS, Lifecycle

OVERTAKEN_SECONDS = 5.0
"""Workers take runs in the order they were launched, within this many seconds."""

LAUNCH_GRACE_SECONDS = 2.0
"""Whoever records an attempt launches it at once; after this long it did not get to it."""


class Verdict(Enum):
    """What to do about an unfinished attempt."""

    WAIT = auto()
    """It goes on, or will."""
    LAUNCH = auto()
    """Its launch was lost."""
    RECOVER = auto()
    """Its worker is gone."""
    CLOSE = auto()
    """Its run was canceled, or ended without delivering."""


@dataclass(frozen=True)
class Circumstances:
    """What a verdict on one attempt depends on beside the attempt."""

    now: datetime
    last_begun: datetime | None
    """When the most recently claimed attempt that has begun was claimed."""
    any_running: bool
    lost_after: timedelta


def judge(execution: Execution, state: RunState, seen: Circumstances) -> Verdict:
    """What to do about an unfinished attempt whose run is in this state."""
    log = execution.log
    if state in (RunState.CANCELED, RunState.SUCCEEDED):
        return Verdict.CLOSE
    if state is RunState.FAILED:
        return Verdict.RECOVER
    if log.fenced_at is not None:
        return Verdict.RECOVER if seen.now - (log.heartbeat_at or log.fenced_at) > seen.lost_after else Verdict.WAIT
    if log.dispatched_at is None:
        unclaimed_for = seen.now - log.started_on
        return Verdict.LAUNCH if unclaimed_for > timedelta(seconds=LAUNCH_GRACE_SECONDS) else Verdict.WAIT
    if seen.now - log.dispatched_at <= timedelta(seconds=CLAIM_SECONDS):
        return Verdict.WAIT
    overtaken = seen.last_begun is not None and seen.last_begun - log.dispatched_at > timedelta(
        seconds=OVERTAKEN_SECONDS
    )
    lost = state is RunState.ABSENT or overtaken or not seen.any_running
    return Verdict.LAUNCH if lost else Verdict.WAIT


@dataclass(frozen=True)
class Reconciled:
    """What one reconciliation did."""

    launch: tuple[Execution, ...] = ()
    """Executions for whoever called to claim and launch now."""
    recovered: int = 0
    """How many of those lost their worker before."""
    closed: int = 0
    """How many were ended."""

    @property
    def is_quiet(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.launch or self.recovered or self.closed)


@dataclass(frozen=True)
class Reconciler:
    """Compares what should run with what runs."""

    store: Store
    engine: Engine
    lifecycle: Lifecycle
    arrivals: ArrivalService
    clock: Clock
    lost_after_seconds: float

    def reconcile(self) -> Reconciled:
        """Look at every unfinished attempt once, and put away the files of those that ended."""
        with self.store.reading() as tx:
            unfinished = tx.executions.unfinished()
            last_begun = tx.executions.last_begun()
        reconciled = self._compared(unfinished, last_begun) if unfinished else Reconciled()
        self.arrivals.settle()
        return reconciled

    def unlaunched(self, pipeline_id: PipelineId) -> Sequence[Execution]:
        """Executions of a pipeline that were recorded some time ago and that nobody has launched."""
        grace = timedelta(seconds=LAUNCH_GRACE_SECONDS)
        now = self.clock()
        with self.store.reading() as tx:
            unfinished = tx.executions.unfinished()
        return [
            execution
            for execution in unfinished
            if execution.pipeline_id == pipeline_id
            and execution.log.dispatched_at is None
            and execution.log.fenced_at is None
            and now - execution.log.started_on > grace
        ]

    def _compared(self, unfinished: Sequence[Execution], last_begun: datetime | None) -> Reconciled:
        states = self.engine.states([execution.log.run_id for execution in unfinished])
        seen = self._circumstances(unfinished, last_begun)
        changed: list[Execution] = []
        for execution in unfinished:
            state = states.get(execution.log.run_id, RunState.ABSENT)
            after = self._carried_out(judge(execution, state, seen), execution, state)
            if after is None:
                continue
            changed.append(after)
            # Where nothing runs, one launch a look is enough: it overtakes the others if theirs was lost too.
            seen = replace(seen, any_running=True)
        launch = tuple(execution for execution in changed if not execution.is_finished)
        before = {execution.log.id for execution in unfinished}
        recovered = sum(execution.log.id not in before for execution in launch)
        return Reconciled(launch=launch, recovered=recovered, closed=len(changed) - len(launch))

    def _circumstances(self, unfinished: Sequence[Execution], last_begun: datetime | None) -> Circumstances:
        now, lost_after = self.clock(), timedelta(seconds=self.lost_after_seconds)
        begun = [execution.log for execution in unfinished if execution.log.fenced_at is not None]
        any_running = any(now - (log.heartbeat_at or log.fenced_at or now) <= lost_after for log in begun)
        return Circumstances(now=now, last_begun=last_begun, any_running=any_running, lost_after=lost_after)

    def _carried_out(self, verdict: Verdict, execution: Execution, state: RunState) -> Execution | None:
        """The execution as it is then; None where nothing changed."""
        match verdict:
            case Verdict.WAIT:
                return None
            case Verdict.LAUNCH:
                return execution
            case Verdict.RECOVER:
                return self._recovered(execution, state)
            case Verdict.CLOSE:
                return self._closed(execution, state)

    def _recovered(self, execution: Execution, state: RunState) -> Execution | None:
        if state is RunState.FAILED:
            return self.lifecycle.recover(execution, "The run ended before the execution did.")
        reason = f"The worker gave no sign of life for {self.lost_after_seconds:g} seconds."
        self.engine.abandon(execution.log.run_id, reason)
        return self.lifecycle.recover(execution, reason)

    def _closed(self, execution: Execution, state: RunState) -> Execution | None:
        error: ExecutionCanceled | InternalError
        if state is RunState.CANCELED:
            error = ExecutionCanceled("The run was canceled in Dagster.", "Fix the execution to run it again.")
        else:
            error = InternalError(
                "The run executed only some of the stages; nothing was delivered.",
                "Run all stages from the first one that is missing, or fix the execution.",
            )
        return self.lifecycle.fail(execution.id, execution.log.id, error)
