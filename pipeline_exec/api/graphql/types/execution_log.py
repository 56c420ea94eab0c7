"""Execution logs: every attempt at an execution."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.scalars import JSON

from pipeline_exec.api.graphql.types.mapping_record import MappingRecord
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.scalars import BigInt
from pipeline_exec.errors import ErrorType
from pipeline_exec.model import execution as model
from pipeline_exec.model.execution import LogType, Stage, Status


@strawberry.type
class Counts(Mirror):
    """What was counted of the output after mappings and transformations."""

    total_rows: BigInt
    total_cells: BigInt
    """Rows times target columns."""
    total_error_cells: BigInt
    total_error_rows: BigInt
    error_percentage: float
    """Percent of the cells that hold at least one error."""


@strawberry.type
class Failure(Mirror):
    """Why an execution, or the delivery to one of its outputs, failed."""

    type: ErrorType
    message: str
    """What happened, to which file or host, and what to do next."""

    @classmethod
    def if_any(cls, failure: model.Failure | None) -> Self | None:
        """The failure, where there is one."""
        return None if failure is None else cls.of(failure)


@strawberry.type
class CellEdit(Mirror):
    """A cell that was repaired."""

    row: BigInt
    """1-based row of the mapped table."""
    column: str
    value: str | None


@strawberry.type
class ExecutionLog(Mirror):
    """One attempt at an execution; exactly one run in Dagster."""

    id: strawberry.ID
    number: int
    """1 for the first attempt."""
    type: LogType
    status: Status
    error: Failure | None
    counts: Counts | None
    """As far as the attempt got."""
    duration: BigInt | None
    """Milliseconds; null while it runs."""
    started_on: datetime
    ended_at: datetime | None
    configuration_id: strawberry.ID | None
    """The configuration it used."""
    run_id: strawberry.ID
    """Of its run in Dagster."""
    first_stage: Stage
    """Where it began; what lies before was taken from the attempt before."""
    edits: list[CellEdit]
    dialect: JSON | None
    """How the input was read: format, compression, encoding, delimiter, header row, …; null until that is known."""
    mapping: MappingRecord | None
    """How its columns were mapped; null until that is known."""

    @classmethod
    def of(cls, log: model.ExecutionLog) -> Self:
        return cls.mirror(
            log,
            error=Failure.if_any(log.failure),
            counts=Counts.of(log.counts) if log.counts else None,
            edits=[CellEdit.of(edit) for edit in log.edits],
            dialect=JSON(log.dialect) if log.dialect else None,
            mapping=MappingRecord.of(log.mapping) if log.mapping else None,
        )
