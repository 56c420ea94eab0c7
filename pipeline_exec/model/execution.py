"""Executions and their logs: one piece of work for one input, and each attempt at it.

    ─(a)→ PROCESSING ─(b)→ SUCCESSFUL
              │  ↑             │
             (c) └────(d)──────┤
              ↓                │
            FAILED ────(d)─────┘

(a) ``Execution.new`` for an arrival, a push, a schedule or a person; (b) ``succeeded``, by the run's last op;
(c) ``failed``, by the op that failed, by cancel, or by the reconciler when the worker is gone for good;
(d) ``retried`` with a log of type FIX (a person repaired something) or, from PROCESSING, of type CREATE (the
worker died and the engine tries again by itself).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from pipeline_exec.errors import ErrorType, ExecutionFailure
from pipeline_exec.model.dialect import Dialect
from pipeline_exec.model.identity import (
    ConfigurationId,
    ConnectorId,
    ExecutionId,
    LogId,
    PipelineId,
    RunId,
    WrapperId,
    new_id,
    run_id_of,
)
from pipeline_exec.model.mapping_record import MappingRecord
from pipeline_exec.model.principal import Audit, Principal


class Status(StrEnum):
    """Where an execution, or one attempt at it, stands."""

    PROCESSING = "PROCESSING"
    """It is waiting for a worker, or running."""
    SUCCESSFUL = "SUCCESSFUL"
    """It ended and everything was delivered."""
    FAILED = "FAILED"
    """It ended with an error; a fix may run it again."""


class ExecutionTrigger(StrEnum):
    """Who or what started an execution."""

    MANUAL = "MANUAL"
    """A person: the API, the command line, the Dagster UI."""
    SCHEDULED = "SCHEDULED"
    """The pipeline's schedule."""
    EVENT = "EVENT"
    """Data that arrived."""


class LogType(StrEnum):
    """Why an attempt was made."""

    CREATE = "CREATE"
    """The first attempt, or one the engine repeats after its worker died."""
    FIX = "FIX"
    """Somebody repaired something after a failure."""


class Stage(StrEnum):
    """The four stages of every run, in order."""

    READ = "read"
    MAP = "map"
    VALIDATE = "validate"
    WRITE = "write"

    @property
    def and_after(self) -> tuple[Stage, ...]:
        """This stage and all that follow it."""
        stages = tuple(Stage)
        return stages[stages.index(self) :]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What was counted of the output after mappings and transformations."""

    total_rows: int
    total_cells: int
    total_error_cells: int
    total_error_rows: int

    @property
    def error_percentage(self) -> float:
        """Percent of the cells that hold at least one error; 0 for no cells."""
        return 100 * self.total_error_cells / self.total_cells if self.total_cells else 0.0


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an execution failed."""

    type: ErrorType
    message: str
    transient: bool = False
    """Whether the same may succeed later without anybody changing anything: the other side could not be reached."""

    @classmethod
    def of(cls, error: ExecutionFailure) -> Failure:
        """The failure a typed error stands for."""
        return cls(type=error.error_type, message=error.message, transient=error.transient)


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """The input of an execution as the source named it, and what was received."""

    name: str
    path: str
    size: int
    """Bytes."""
    fingerprint: str
    """``sha256:<hex>`` of the bytes received."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a running execution got."""

    stage: Stage
    rows: int


@dataclass(frozen=True, kw_only=True)
class CellEdit:
    """A repaired cell: 1-based row and target column of the mapped table, and the text to put there."""

    row: int
    column: str
    value: str | None


@dataclass(frozen=True, kw_only=True)
class ExecutionLog:
    """One attempt at an execution; exactly one Dagster run."""

    id: LogId
    execution_id: ExecutionId
    number: int
    """1 for the first attempt."""
    type: LogType
    status: Status
    configuration_id: ConfigurationId | None
    run_id: RunId
    started_on: datetime
    ended_at: datetime | None = None
    counts: Counts | None = None
    failure: Failure | None = None
    first_stage: Stage = Stage.READ
    edits: tuple[CellEdit, ...] = ()
    dialect: Dialect | None = None
    """How its input was read, ``remembered``: by this attempt, or by the one before whose rows it goes on with."""
    mapping: MappingRecord | None = None
    """How the columns of its input were mapped, likewise."""
    dispatched_at: datetime | None = None
    """When somebody last claimed the right to launch its run."""
    fenced_at: datetime | None = None
    """When its run began; no other run may begin it after that."""
    heartbeat_at: datetime | None = None
    """The last sign of life of its run."""

    @property
    def duration(self) -> int | None:
        """Milliseconds from start to end; None while it runs."""
        return round((self.ended_at - self.started_on).total_seconds() * 1000) if self.ended_at else None

    @property
    def is_finished(self) -> bool:
        """Whether the attempt ended."""
        return self.status is not Status.PROCESSING


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One piece of work for one input: who asked, what data, which configuration, how it ended.

    Exactly one of ``pipeline_id`` and ``wrapper_id`` is set: a wrapper's executions live beside those of pipelines and
    run the same way.
    """

    id: ExecutionId
    pipeline_id: PipelineId | None
    wrapper_id: WrapperId | None
    status: Status
    trigger_type: ExecutionTrigger
    audit: Audit
    log: ExecutionLog
    """The latest attempt."""
    source: SourceFile | None = None
    failure: Failure | None = None
    progress: Progress | None = None
    request_key: str | None = field(default=None, repr=False)
    """Unique: what makes a repeated request for the same piece of work find it instead of making another."""
    archive_id: ExecutionId | None = None
    """Of a file of an archive: the execution of the first file, which stands for the archive as a whole."""

    @classmethod
    def new(
        cls,
        *,
        trigger: ExecutionTrigger,
        caller: Principal,
        at: datetime,
        pipeline_id: PipelineId | None = None,
        configuration_id: ConfigurationId | None = None,
        wrapper_id: WrapperId | None = None,
        source: SourceFile | None = None,
        request_key: str | None = None,
        execution_id: ExecutionId | None = None,
        run_id: RunId | None = None,
    ) -> Execution:
        """A new execution with its first attempt, not launched yet.

        Args:
            trigger: Who or what asked.
            caller: Whose name it carries.
            at: Now.
            pipeline_id: The pipeline, with its ``configuration_id``; or else
            configuration_id: The configuration the attempt uses.
            wrapper_id: The wrapper.
            source: The input, where it is staged already.
            request_key: Makes a repeated request find this execution.
            execution_id: Where the input was staged under an id chosen before.
            run_id: Where the run exists already (launched in the Dagster UI).
        """
        execution_id = execution_id or ExecutionId(new_id())
        log = _attempt(execution_id, 1, LogType.CREATE, configuration_id, at, run_id=run_id)
        return cls(
            id=execution_id,
            pipeline_id=pipeline_id,
            wrapper_id=wrapper_id,
            status=Status.PROCESSING,
            trigger_type=trigger,
            audit=Audit.new(caller, at),
            log=log,
            source=source,
            request_key=request_key,
        )

    @property
    def is_finished(self) -> bool:
        """Whether the execution ended; a fix may still run it again."""
        return self.status is not Status.PROCESSING

    def retried(
        self,
        log_type: LogType,
        *,
        caller: Principal,
        at: datetime,
        configuration_id: ConfigurationId | None = None,
        first_stage: Stage = Stage.READ,
        edits: tuple[CellEdit, ...] = (),
        dialect: Dialect | None = None,
        mapping: MappingRecord | None = None,
        run_id: RunId | None = None,
    ) -> Execution:
        """PROCESSING again, with a new attempt as its log; the configuration stays unless another is given."""
        log = _attempt(
            self.id,
            self.log.number + 1,
            log_type,
            configuration_id or self.log.configuration_id,
            at,
            run_id=run_id,
        )
        log = replace(log, first_stage=first_stage, edits=edits, dialect=dialect, mapping=mapping)
        if first_stage is Stage.WRITE:
            # Nothing is counted anew: what was validated before is delivered again.
            log = replace(log, counts=self.log.counts)
        touched = self.audit.touched(caller, at)
        return replace(self, status=Status.PROCESSING, failure=None, progress=None, log=log, audit=touched)

    def succeeded(self, at: datetime) -> Execution:
        """SUCCESSFUL, and so its attempt."""
        log = replace(self.log, status=Status.SUCCESSFUL, ended_at=at)
        return self._ended(Status.SUCCESSFUL, log, None, at)

    def failed(self, failure: Failure, at: datetime) -> Execution:
        """FAILED, and so its attempt."""
        log = replace(self.log, status=Status.FAILED, ended_at=at, failure=failure)
        return self._ended(Status.FAILED, log, failure, at)

    def _ended(self, status: Status, log: ExecutionLog, failure: Failure | None, at: datetime) -> Execution:
        audit = replace(self.audit, updated_at=at)
        return replace(self, status=status, failure=failure, progress=None, log=log, audit=audit)


def _attempt(
    execution_id: ExecutionId,
    number: int,
    log_type: LogType,
    configuration_id: ConfigurationId | None,
    at: datetime,
    *,
    run_id: RunId | None,
) -> ExecutionLog:
    log_id = LogId(new_id())
    return ExecutionLog(
        id=log_id,
        execution_id=execution_id,
        number=number,
        type=log_type,
        status=Status.PROCESSING,
        configuration_id=configuration_id,
        run_id=run_id or run_id_of(log_id),
        started_on=at,
    )


class DeliveryStatus(StrEnum):
    """Where the delivery to one output stands."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What one execution sent, or could not send, to one output; a fix re-sends only what is not DELIVERED."""

    execution_id: ExecutionId
    connector_id: ConnectorId | None
    """None for a wrapper's inline destination."""
    status: DeliveryStatus
    content: str = ""
    """Fingerprint of what is delivered: another content is another delivery."""
    location: str | None = None
    rows: int = 0
    bytes: int = 0
    batches: int = 0
    """How many batches the destination has confirmed."""
    failure: Failure | None = None
