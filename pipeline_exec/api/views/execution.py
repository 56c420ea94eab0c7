"""Executions as answers show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pipeline_exec.api.views.audit import PrincipalView, audited
from pipeline_exec.api.views.suggestion import SuggestionView
from pipeline_exec.api.views.view import Moment, View, WhenThere
from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import (
    Counts,
    Execution,
    ExecutionLog,
    ExecutionTrigger,
    Failure,
    LogType,
    Progress,
    SourceFile,
    Stage,
    Status,
)
from pipeline_exec.model.mapping_record import MappingRecord


class ErrorView(View):
    """Why it failed."""

    message: str
    """What happened, to which file or host, and what to do next."""
    type: ErrorType

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """Of a failure."""
        return cls(message=failure.message, type=failure.type)


class CountsView(View):
    """What was counted of the output; null as long as the run has not got that far."""

    total_rows: int | None
    total_cells: int | None
    total_error_cells: int | None
    total_error_rows: int | None

    @classmethod
    def of(cls, counts: Counts | None) -> Self:
        """Of what was counted, if anything was."""
        return cls(**{name: getattr(counts, name, None) for name in cls.model_fields})


class MappingView(View):
    """How the columns of an input were mapped; of more than 200 of a kind the first are listed."""

    sources: dict[str, list[str]]
    """The source columns that each target column is made from; none where it is empty, or made of no column."""
    matches: list[SuggestionView]
    """Why its source was chosen for each target column that the mapping says nothing of."""
    total_columns: int
    """How many columns the target has."""
    unused_columns: list[str]
    """The source columns that no target column is made from."""
    total_unused_columns: int

    @classmethod
    def of(cls, record: MappingRecord) -> Self:
        """Of a record."""
        return cls(
            sources={column.target_column: list(column.source_columns) for column in record.columns},
            matches=[
                SuggestionView(
                    target_column=column.target_column,
                    source_column=column.source_columns[0],
                    method=column.method,
                    score=column.score,
                )
                for column in record.columns
                if column.method and column.score is not None
            ],
            total_columns=record.total_columns,
            unused_columns=list(record.unused_columns),
            total_unused_columns=record.total_unused_columns,
        )


class LogView(View):
    """One run of an execution."""

    status: Status
    data: CountsView
    duration: int | None
    """Milliseconds; null while it runs."""
    started_on: Moment
    type: LogType
    configuration: str | None
    """Id of the pipeline configuration it used."""
    run_id: str
    """Id of the run in Dagster."""
    error: WhenThere[ErrorView] = None
    """Only there when this run failed."""
    dialect: WhenThere[dict[str, object]] = None
    """How the input was read: format, encoding, delimiter, header row, …; only there once that is known."""
    mapping: WhenThere[MappingView] = None
    """How its columns were mapped; only there once that is known."""

    @classmethod
    def of(cls, log: ExecutionLog) -> Self:
        """Of an attempt."""
        return cls(
            status=log.status,
            data=CountsView.of(log.counts),
            duration=log.duration,
            started_on=log.started_on,
            type=log.type,
            configuration=log.configuration_id,
            run_id=log.run_id,
            error=ErrorView.of(log.failure) if log.failure else None,
            dialect=dict(log.dialect) if log.dialect else None,
            mapping=MappingView.of(log.mapping) if log.mapping else None,
        )


class SourceView(View):
    """The input, as its source names it."""

    name: str
    path: str
    size: int
    """Bytes."""
    fingerprint: str
    """``sha256:…`` of the bytes received."""

    @classmethod
    def of(cls, source: SourceFile) -> Self:
        """Of an input."""
        return cls(name=source.name, path=source.path, size=source.size, fingerprint=source.fingerprint)


class ProgressView(View):
    """How far a running execution got."""

    stage: Stage
    rows: int

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """Of a progress."""
        return cls(stage=progress.stage, rows=progress.rows)


class TriggeredView(View):
    """An execution that has just been made."""

    id: str
    pipeline: str | None
    status: Literal[Status.PROCESSING]
    trigger_type: ExecutionTrigger

    @classmethod
    def of(cls, execution: Execution) -> Self:
        """Of an execution as it was made; a repeated request is answered like the first one."""
        return cls(
            id=execution.id,
            pipeline=execution.pipeline_id,
            status=Status.PROCESSING,
            trigger_type=execution.trigger_type,
        )


class ExecutionSummary(View):
    """An execution in a list."""

    id: str
    pipeline: str | None
    status: Status
    error: WhenThere[ErrorView] = None
    """Only there when it failed."""
    trigger_type: ExecutionTrigger
    source: SourceView | None
    """Null as long as nothing was received."""
    progress: WhenThere[ProgressView] = None
    """Only there while it is PROCESSING, once it has begun."""
    run_id: str
    """Id of its latest run in Dagster."""
    created_at: Moment
    created_by: PrincipalView
    updated_at: Moment
    updated_by: PrincipalView

    @classmethod
    def of(cls, execution: Execution) -> Self:
        """Of an execution."""
        return cls(
            id=execution.id,
            pipeline=execution.pipeline_id,
            status=execution.status,
            error=ErrorView.of(execution.failure) if execution.failure else None,
            trigger_type=execution.trigger_type,
            source=SourceView.of(execution.source) if execution.source else None,
            progress=ProgressView.of(execution.progress) if execution.progress else None,
            run_id=execution.log.run_id,
            **audited(execution.audit),
        )


class ExecutionView(ExecutionSummary):
    """An execution with its runs."""

    logs: list[LogView]
    """Every run of it, the first one first."""

    @classmethod
    def with_logs(cls, execution: Execution, logs: Sequence[ExecutionLog]) -> Self:
        """Of an execution as it was when it was looked at.

        Args:
            execution: The execution.
            logs: All its attempts; the latest may have gone on since.
        """
        earlier = [log for log in logs if log.id != execution.log.id]
        shown = [LogView.of(log) for log in (*earlier, execution.log)]
        return cls(**dict(ExecutionSummary.of(execution)), logs=shown)
