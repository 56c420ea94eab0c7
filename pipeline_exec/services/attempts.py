"""Attempts as their run sees them: the fence taken, the stages done, every failure recorded, a sign of life given."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from pipeline_exec.dataplane.tally import Tally
from pipeline_exec.errors import (
    AttemptTaken,
    ExecutionFailure,
    InternalError,
    InvalidDocument,
    MappingFailure,
    RequestRefused,
)
from pipeline_exec.model.dialect import Dialect, remembered
from pipeline_exec.model.execution import Counts, Delivery, Execution, ExecutionTrigger, Stage
from pipeline_exec.model.identity import ConfigurationId, ExecutionId, LogId, PipelineId, RunId, WrapperId
from pipeline_exec.model.principal import Principal
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Clock, Staging, Store
from pipeline_exec.services.deliveries import DeliveryService
from pipeline_exec.services.findings_files import read_findings
from pipeline_exec.services.lifecycle import Lifecycle
from pipeline_exec.services.plans import Output, Plan, Planner
from pipeline_exec.services.rows_files import read_rows, write_rows
from pipeline_exec.services.staged import findings_ref
from pipeline_exec.services.stages import Stages
from pipeline_exec.services.turns import Written

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.5
"""How often a running stage writes down how far it got."""


@dataclass(frozen=True)
class Made:
    """What a stage makes: rows that are computed as they are consumed, and what there is to say about them."""

    rows: Rows
    facts: dict[str, object]
    ref: str
    """Where the rows are to be staged."""
    is_staged: bool = False
    """Whether they are staged already: an earlier attempt made them from the same input in the same way."""

    def watched(self, seen: Callable[[pa.RecordBatch], None]) -> Made:
        """The same; ``seen`` is called with each batch as it passes."""
        return replace(self, rows=self.rows.watched(seen))

    def followed_by(self, done: Callable[[], None]) -> Made:
        """The same; ``done`` is called when the last row has passed, and all facts are known."""
        return replace(self, rows=self.rows.followed_by(done))


class Attempt:
    """A run's hold on an attempt. Each stage method may be called in a process of its own."""

    def __init__(self, service: AttemptService, execution: Execution) -> None:
        self._service = service
        self._execution = execution
        self._over = threading.Event()
        self._plan: Plan | None = None

    @property
    def execution(self) -> Execution:
        """The execution, with its source once that is received."""
        return self._execution

    @property
    def plan(self) -> Plan:
        """Everything the attempt needs; built once."""
        if self._plan is None:
            with self._recorded(), self._service.store.reading() as tx:
                self._plan = self._service.planner.plan(tx, self._execution)
        return self._plan

    def read(self) -> Made:
        """Receive the input, if that was not done before, and read it."""
        plan = self.plan
        if (staged := self._staged(Stage.READ)) is not None:
            return staged
        with self._recorded():
            self._execution = self._service.stages.receive(plan)
            self._plan = plan = replace(plan, execution=self._execution)
            rows, dialect = self._service.stages.read(plan)
            self._note(dialect=remembered(dialect))
        rows = rows.followed_by(lambda: self._read_as(dialect))
        return Made(self._guarded(Stage.READ, rows), dialect, plan.rows_ref(Stage.READ))

    def map(self, rows: Rows) -> Made:
        """Map the rows read."""
        plan = self.plan
        if (staged := self._staged(Stage.MAP)) is not None:
            return staged
        with self._recorded():
            mapped, record = self._service.stages.map(plan, rows)
            self._note(mapping=record)
        return Made(self._guarded(Stage.MAP, mapped), record.by_target(), plan.rows_ref(Stage.MAP))

    def validate(self, rows: Rows, on_counts: Callable[[Counts, Tally], None]) -> Made:
        """Check the rows mapped; the counts are recorded whether or not they exceed the threshold."""

        def counted(counts: Counts, tally: Tally) -> None:
            lifecycle = self._service.lifecycle
            lifecycle.advance(self._execution, Stage.VALIDATE, counts.total_rows, counts)
            on_counts(counts, tally)

        plan = self.plan
        if self._execution.log.first_stage is Stage.WRITE and (staged := self._staged(Stage.VALIDATE)) is not None:
            return staged
        with self._recorded():
            checked = self._service.stages.validate(plan, rows, counted)
        return Made(self._guarded(Stage.VALIDATE, checked), {}, plan.rows_ref(Stage.VALIDATE))

    def write(self, rows: Rows, on_delivery: Callable[[Output, Delivery], None]) -> Written:
        """Deliver the rows validated; with that the execution is SUCCESSFUL."""
        plan = self.plan
        with self._recorded():
            self._still_ours()
            guarded = self._guarded(Stage.WRITE, rows)
            written = self._service.deliveries.deliver(plan, guarded, self._still_ours, on_delivery)
            self._service.lifecycle.succeed(self._execution.id, self._execution.log.id, written)
        self._over.set()
        return written

    def found(self) -> Sequence[tuple[str, str, int]]:
        """Column, code and number of the findings in the rows of this attempt; none when they are not kept any more."""
        ref = findings_ref(self._execution.id, self.plan.keys[Stage.VALIDATE])
        if not self._service.staging.exists(ref):
            return ()
        return read_findings(self._service.staging.local(ref)).kinds

    def keep_alive(self) -> None:
        """Give signs of life in the background until the attempt is over."""
        threading.Thread(target=self._beat, name=f"beat-{self._execution.id}", daemon=True).start()

    def _beat(self) -> None:
        while not self._over.wait(self._service.beat_seconds):
            try:
                self._service.lifecycle.beat(self._execution.log.id)
            except AttemptTaken:
                self._over.set()
            except Exception:  # a database that is away must not end a run that could go on
                logger.warning("No sign of life could be given for execution %s.", self._execution.id, exc_info=True)

    def staged(self, stage: Stage) -> Rows:
        """The rows a stage of this attempt, or of an earlier one, has staged; made anew where they are gone."""
        if not self._service.staging.exists(self.plan.rows_ref(stage)):
            self.stage(self._made(stage))
        with self._recorded():
            return read_rows(self._service.staging.local(self.plan.rows_ref(stage)))

    def _made(self, stage: Stage) -> Made:
        match stage:
            case Stage.READ:
                return self.read()
            case Stage.MAP:
                return self.map(self.staged(Stage.READ))
            case _:
                return self.validate(self.staged(Stage.MAP), lambda *_: None)

    def stage(self, made: Made) -> tuple[int, int]:
        """Consume what a stage makes into staging; answers how many rows and bytes it has."""
        staging = self._service.staging
        if made.is_staged:
            rows = sum(batch.num_rows for batch in made.rows)
        else:
            with self._recorded(), staging.placing(made.ref) as placed:
                placed.is_durable = False
                rows = write_rows(made.rows, placed.path)
        return rows, staging.size(made.ref)

    def _staged(self, stage: Stage) -> Made | None:
        ref = self.plan.rows_ref(stage)
        if not self._service.staging.exists(ref):
            return None
        return Made(self.staged(stage), {"reused": True}, ref, is_staged=True)

    def _read_as(self, dialect: Dialect) -> None:
        """Note what only became known on the way, if anything did."""
        found = remembered(dialect)
        if found != self._execution.log.dialect:
            self._note(dialect=found)

    def _note(self, **facts: Any) -> None:
        """Note what was found out about the input, by attributes of the log."""
        self._execution = replace(self._execution, log=replace(self._execution.log, **facts))
        self._service.lifecycle.note(self._execution)

    def _still_ours(self) -> None:
        self._service.lifecycle.check(self._execution.id, self._execution.log.id)

    def _guarded(self, stage: Stage, rows: Rows) -> Rows:
        """The same rows; failures while they are consumed are recorded, and how far they got."""

        class Batches:
            def __iter__(inner) -> Iterator[pa.RecordBatch]:  # noqa: N805  # the attempt is self here
                return self._consumed(stage, rows)

        return Rows(rows.schema, Batches())

    def _consumed(self, stage: Stage, rows: Rows) -> Iterator[pa.RecordBatch]:
        count, noted = 0, time.monotonic()
        with self._recorded():
            for batch in rows:
                if self._over.is_set():
                    raise AttemptTaken("The attempt was canceled or given up; its run stops.")
                yield batch
                count += batch.num_rows
                if time.monotonic() - noted >= PROGRESS_SECONDS:
                    noted = time.monotonic()
                    self._service.lifecycle.advance(self._execution, stage, count, None)

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        """Every error that passes ends the attempt, typed, unless the attempt is over already."""
        try:
            yield
        except AttemptTaken:
            self._over.set()
            raise
        except Exception as error:
            failure = as_failure(error)
            self._service.lifecycle.fail(self._execution.id, self._execution.log.id, failure)
            self._over.set()
            if failure is error:
                raise
            raise failure from error


@dataclass(frozen=True)
class AttemptService:
    """Opens attempts for runs."""

    store: Store
    staging: Staging
    planner: Planner
    stages: Stages
    deliveries: DeliveryService
    lifecycle: Lifecycle
    clock: Clock
    beat_seconds: float

    def begin(self, log_id: LogId, run_id: RunId) -> Attempt:
        """Take the fence of a recorded attempt for its run.

        Raises:
            AttemptTaken: another run has it, or it is over.
        """
        return Attempt(self, self.lifecycle.begin(log_id, run_id))

    def adopt(self, run_id: RunId, parent: ExecutionId, caller: Principal | None, first_stage: Stage) -> Attempt:
        """Make a re-execution launched in the Dagster UI a FIX of its execution.

        Raises:
            AttemptTaken: the execution is PROCESSING still.
        """
        execution = self.lifecycle.adopt(run_id, parent, caller, first_stage)
        return self.begin(execution.log.id, run_id)

    def create(
        self, run_id: RunId, pipeline_id: PipelineId, configuration_id: ConfigurationId | None, caller: Principal | None
    ) -> Attempt:
        """Make a run launched in the Dagster UI a MANUAL execution; it takes its input as it reads.

        Args:
            run_id: The run that was launched.
            pipeline_id: What it executes.
            configuration_id: With which configuration; None for the pipeline's own.
            caller: Who launched it; None for whoever made the pipeline.

        Raises:
            NotFound: there is no such pipeline or configuration.
        """
        with self.store.writing() as tx:
            pipeline = tx.pipelines.get(pipeline_id)
            configuration = tx.pipelines.configuration(configuration_id) if configuration_id else pipeline.configuration
            execution = Execution.new(
                trigger=ExecutionTrigger.MANUAL,
                caller=caller or pipeline.audit.created_by,
                at=self.clock(),
                pipeline_id=pipeline.id,
                configuration_id=configuration.id,
                run_id=run_id,
            )
            tx.executions.add(execution)
        return self.begin(execution.log.id, run_id)

    def create_for_wrapper(self, run_id: RunId, wrapper_id: WrapperId, caller: Principal | None) -> Attempt:
        """The same for a wrapper's run.

        Raises:
            NotFound: there is no such wrapper.
            AttemptTaken: another execution has the wrapper.
        """
        with self.store.reading() as tx:
            wrapper = tx.wrappers.get(wrapper_id)
        execution = Execution.new(
            trigger=ExecutionTrigger.MANUAL,
            caller=caller or wrapper.audit.created_by,
            at=self.clock(),
            wrapper_id=wrapper_id,
            run_id=run_id,
        )
        if not self.lifecycle.start_wrapper(execution):
            raise AttemptTaken(f"Wrapper {wrapper.document.name!r} is being executed; wait for its end.")
        return self.begin(execution.log.id, run_id)

    def of_run(self, run_id: RunId) -> Attempt | None:
        """The attempt a run has begun or was recorded for; None when it is unknown.

        Raises:
            AttemptTaken: it is over.
        """
        with self.store.reading() as tx:
            execution = tx.executions.by_run(run_id)
        return self.begin(execution.log.id, run_id) if execution else None


def as_failure(error: Exception) -> ExecutionFailure:
    """The typed failure any error stands for; what is not ours is an internal error without its details."""
    match error:
        case ExecutionFailure():
            return error
        case InvalidDocument():
            return MappingFailure(error.what, error.remedy or "Correct the configuration and fix the execution.")
        case RequestRefused():
            return InternalError(error.what, error.remedy or "Restore what is missing and fix the execution.")
        case _:
            kind = type(error).__name__
            remedy = "Nothing was delivered; the run's log in Dagster has the details."
            return InternalError(f"The service itself failed ({kind}).", remedy)
