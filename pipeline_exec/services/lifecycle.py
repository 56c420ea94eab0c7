"""Lifecycle: the one place where an execution changes its state.

An attempt is recorded before anything is launched. Whoever launches it claims it first; the first thing its run does is
to take its fence. A lost claim, a repeated tick, two daemons, a retried call cost a no-op, never a second delivery.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from pipeline_exec.errors import (
    AttemptTaken,
    Conflict,
    ExecutionCanceled,
    ExecutionFailure,
    InternalError,
    Unavailable,
)
from pipeline_exec.model.execution import (
    Counts,
    Execution,
    ExecutionLog,
    Failure,
    LogType,
    Progress,
    Stage,
)
from pipeline_exec.model.identity import ExecutionId, LogId, RunId, WrapperId
from pipeline_exec.model.principal import Principal
from pipeline_exec.ports import Clock, Engine, Store, Transaction
from pipeline_exec.services.turns import Written, begin_turn, end_turn

logger = logging.getLogger(__name__)

CLAIM_SECONDS = 15.0
"""For how long a claim keeps others from launching the same attempt: longer than a launch ever takes."""


@dataclass(frozen=True)
class Lifecycle:
    """Every move of an execution, from its launch to its end."""

    store: Store
    engine: Engine
    clock: Clock
    max_recoveries: int

    def launch(self, executions: Iterable[Execution]) -> None:
        """Launch the latest attempt of each; what cannot be launched now is left to the reconciler."""
        for execution in executions:
            if self.claim(execution.log.id) is None:
                continue
            try:
                self.engine.launch(execution, self.job(execution))
            except Unavailable as error:
                logger.warning("Execution %s is not launched yet: %s", execution.id, error.message)

    def claim(self, log_id: LogId) -> datetime | None:
        """Take the right to launch an attempt; answers when, or None when it has begun or somebody launches it now."""
        now = self.clock()
        with self.store.writing() as tx:
            claimed = tx.executions.claim(log_id, now, now - timedelta(seconds=CLAIM_SECONDS))
        return now if claimed else None

    def enter(self, log_id: LogId, run_id: RunId) -> bool:
        """Take an attempt's fence for a run about to be executed; false when this or another run has it already."""
        with self.store.writing() as tx:
            return tx.executions.fence(log_id, run_id, self.clock(), again=False)

    def begin(self, log_id: LogId, run_id: RunId) -> Execution:
        """Take an attempt's fence for a run, or hold it still.

        Raises:
            AttemptTaken: another run has it, or it is over.
        """
        with self.store.reading() as tx:
            execution = tx.executions.by_run(run_id)
        if execution is None or (_is_at(execution, log_id, run_id) and execution.log.fenced_at is None):
            with self.store.writing() as tx:
                if not tx.executions.fence(log_id, run_id, self.clock()):
                    raise AttemptTaken("Another run does this attempt already, or it is over; this run does nothing.")
                execution = tx.executions.by_run(run_id)
        if execution is None or execution.is_finished or not _is_at(execution, log_id, run_id):
            raise AttemptTaken("A later attempt took the place of this one; this run does nothing.")
        return execution

    def check(self, execution_id: ExecutionId, log_id: LogId) -> None:
        """Return while the attempt is the execution's latest and not over.

        Raises:
            AttemptTaken: it is over; its run must stop.
        """
        with self.store.reading() as tx:
            self._current(tx, execution_id, log_id)

    def beat(self, log_id: LogId) -> None:
        """Give a sign of life.

        Raises:
            AttemptTaken: the attempt is over; its run must stop.
        """
        with self.store.writing() as tx:
            hold(tx, log_id, self.clock())

    def advance(self, execution: Execution, stage: Stage, rows: int, counts: Counts | None) -> None:
        """Note how far the run got. ``counts`` replaces those of the attempt when given."""
        log = replace(execution.log, counts=counts) if counts else execution.log
        with self.store.writing() as tx:
            tx.executions.advance(replace(execution, log=log), Progress(stage=stage, rows=rows))

    def note(self, execution: Execution) -> None:
        """Note how the run's input was read and mapped, as far as its log says so."""
        with self.store.writing() as tx:
            tx.executions.note(execution)

    def succeed(self, execution_id: ExecutionId, log_id: LogId, written: Written) -> None:
        """Everything was delivered.

        Raises:
            AttemptTaken: the attempt is over already.
        """
        with self.store.writing() as tx:
            execution = self._current(tx, execution_id, log_id)
            ended = execution.succeeded(self.clock())
            if not tx.executions.finish(ended):
                raise AttemptTaken("The attempt was canceled or given up while its last stage ran.")
            end_turn(tx, ended, written, self.clock())

    def fail(self, execution_id: ExecutionId, log_id: LogId, error: ExecutionFailure) -> Execution | None:
        """The run failed; answers the execution as it ended, or None when the attempt was over already."""
        with self.store.writing() as tx:
            execution = tx.executions.get(execution_id)
            return self._end(tx, execution, error) if execution.log.id == log_id else None

    def cancel(self, execution_id: ExecutionId, caller: Principal) -> Execution:
        """End an execution that is PROCESSING, whether it waits or runs.

        Raises:
            NotFound: there is no such execution.
            Conflict: it has ended already.
        """
        with self.store.writing() as tx:
            execution = tx.executions.get(execution_id)
            canceled = replace(execution, audit=execution.audit.touched(caller, self.clock()))
            error = ExecutionCanceled(f"{caller.name} canceled the execution.", "Fix it to run it again.")
            ended = self._end(tx, canceled, error)
        if ended is None:
            raise Conflict(
                f"Execution {execution_id} has already ended.", "Only one that is PROCESSING can be canceled."
            )
        self.engine.cancel(execution.log.run_id)
        return ended

    def recover(self, execution: Execution, reason: str) -> Execution | None:
        """Try an attempt whose worker is gone again, under a new log; end the execution when that happened too often.

        Answers the execution as it is then: PROCESSING and to be launched, or FAILED; None when the attempt was over.
        """
        error = InternalError(
            reason, "Fix the execution to run it again; if it happens again, look at the worker's memory."
        )
        with self.store.writing() as tx:
            current = tx.executions.get(execution.id)
            logs = tx.executions.logs([execution.id])[execution.id]
            ended = self._end(tx, current, error) if current.log.id == execution.log.id else None
            if ended is None or _repeats(logs) >= self.max_recoveries:
                return ended
            log = current.log
            again = ended.retried(
                log.type,
                caller=current.audit.updated_by,
                at=ended.audit.updated_at,
                first_stage=log.first_stage,
                edits=log.edits,
                dialect=log.dialect,
                mapping=log.mapping,
            )
            if not begin_turn(tx, again, again.log.started_on):
                return ended
            if not tx.executions.retry(again, log.id):
                return None
        logger.warning("Execution %s is tried again: %s", execution.id, reason)
        return again

    def start_wrapper(self, execution: Execution) -> bool:
        """Reserve a wrapper for an execution and record it; false while another execution has the wrapper.

        Raises:
            NotFound: there is no such wrapper.
        """
        with self.store.writing() as tx:
            tx.wrappers.get(WrapperId(str(execution.wrapper_id)))
            if not begin_turn(tx, execution, self.clock()):
                return False
            tx.executions.add(execution)
        return True

    def adopt(self, run_id: RunId, parent: ExecutionId, caller: Principal | None, first_stage: Stage) -> Execution:
        """Take a re-execution that was launched in the Dagster UI as a FIX of the execution it repeats.

        Args:
            run_id: The run that was launched.
            parent: The execution it repeats.
            caller: Who launched it; None for whoever made the execution.
            first_stage: Where it starts.

        Raises:
            AttemptTaken: the execution is PROCESSING still, or its wrapper has another.
        """
        with self.store.writing() as tx:
            execution = tx.executions.get(parent)
            if not execution.is_finished:
                raise AttemptTaken(f"Execution {parent} is still PROCESSING; wait for its end before running it again.")
            fixed = execution.retried(
                LogType.FIX,
                caller=caller or execution.audit.created_by,
                at=self.clock(),
                first_stage=first_stage,
                edits=execution.log.edits,
                dialect=execution.log.dialect,
                mapping=execution.log.mapping,
                run_id=run_id,
            )
            if not begin_turn(tx, fixed, fixed.log.started_on):
                raise AttemptTaken(
                    "The wrapper is being executed, or is gone; wait for its end before running it again."
                )
            if not tx.executions.retry(fixed, execution.log.id):
                raise AttemptTaken(f"Execution {parent} was just fixed by somebody else.")
        return fixed

    def _end(self, tx: Transaction, execution: Execution, error: ExecutionFailure) -> Execution | None:
        ended = execution.failed(Failure.of(error), self.clock())
        if execution.is_finished or not tx.executions.finish(ended):
            return None
        end_turn(tx, ended, None, self.clock())
        return ended

    def _current(self, tx: Transaction, execution_id: ExecutionId, log_id: LogId) -> Execution:
        execution = tx.executions.get(execution_id)
        if execution.log.id != log_id or execution.is_finished:
            raise AttemptTaken("The attempt was canceled or given up; its run stops.")
        return execution

    def job(self, execution: Execution) -> str:
        """The name of the Dagster job that executes it. Raises NotFound when its pipeline is gone."""
        with self.store.reading() as tx:
            if execution.pipeline_id is not None:
                return tx.pipelines.get(execution.pipeline_id).slug
        return wrapper_job(WrapperId(str(execution.wrapper_id)))


def hold(tx: Transaction, log_id: LogId, at: datetime) -> None:
    """Give a sign of life; until the transaction ends nobody can give the attempt up.

    Raises:
        AttemptTaken: it is over; its run must stop.
    """
    if not tx.executions.beat(log_id, at):
        raise AttemptTaken("The attempt was canceled or given up; its run stops.")


def wrapper_job(wrapper_id: WrapperId) -> str:
    """The name of a wrapper's Dagster job; names of jobs have no dashes."""
    return f"wrapper_{wrapper_id.replace('-', '_')}"


def wrapper_of_job(name: str) -> WrapperId:
    """The wrapper whose job has this name."""
    return WrapperId(name.removeprefix("wrapper_").replace("_", "-"))


def _is_at(execution: Execution, log_id: LogId, run_id: RunId) -> bool:
    """Whether the latest attempt is this one, and this run is its run."""
    return (execution.log.id, execution.log.run_id) == (log_id, run_id)


def _repeats(logs: Sequence[ExecutionLog]) -> int:
    """How often the latest of these attempts is a repetition by ourselves, which starts as the lost one ends."""
    repeats = 0
    for later, earlier in pairwise(reversed(logs)):
        if later.started_on != earlier.ended_at:
            break
        repeats += 1
    return repeats
