"""Execution logs as rows: one for each attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import RowMapping, Table

from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import CellEdit, Counts, ExecutionLog, Failure, LogType, Stage, Status
from pipeline_exec.model.identity import ConfigurationId, ExecutionId, LogId, RunId
from pipeline_exec.model.mapping_record import MappedColumn, MappingRecord, Method
from pipeline_exec.store.tables import execution_logs

_COUNTS = [field.name for field in fields(Counts)]


def log_values(log: ExecutionLog) -> dict[str, object]:
    """The row of an attempt."""
    return {
        "id": log.id,
        "execution_id": log.execution_id,
        "number": log.number,
        "type": log.type,
        "status": log.status,
        "configuration_id": log.configuration_id,
        "run_id": log.run_id,
        "started_on": log.started_on,
        "ended_at": log.ended_at,
        **counts_values(log.counts),
        **failure_values(log.failure),
        "first_stage": log.first_stage,
        "edits": [[edit.row, edit.column, edit.value] for edit in log.edits],
        "dialect": log.dialect,
        "mapping": log.mapping and asdict(log.mapping),
        "dispatched_at": log.dispatched_at,
        "fenced_at": log.fenced_at,
        "heartbeat_at": log.heartbeat_at,
    }


def log_of(row: RowMapping) -> ExecutionLog:
    """The attempt in a selected row."""
    own = execution_logs.c
    return ExecutionLog(
        id=LogId(row[own.id]),
        execution_id=ExecutionId(row[own.execution_id]),
        number=row[own.number],
        type=LogType(row[own.type]),
        status=Status(row[own.status]),
        configuration_id=row[own.configuration_id] and ConfigurationId(row[own.configuration_id]),
        run_id=RunId(row[own.run_id]),
        started_on=row[own.started_on],
        ended_at=row[own.ended_at],
        counts=counts_of(row),
        failure=failure_of(row, execution_logs),
        first_stage=Stage(row[own.first_stage]),
        edits=tuple(CellEdit(row=number, column=column, value=value) for number, column, value in row[own.edits]),
        dialect=row[own.dialect],
        mapping=row[own.mapping] and _mapping_of(row[own.mapping]),
        dispatched_at=row[own.dispatched_at],
        fenced_at=row[own.fenced_at],
        heartbeat_at=row[own.heartbeat_at],
    )


def known_input(log: ExecutionLog) -> Mapping[str, object]:
    """The columns of how an input was read and mapped; none of what is not known, so that what is there stays."""
    values = log_values(log)
    return {name: values[name] for name in ("dialect", "mapping") if values[name] is not None}


def counts_values(counts: Counts | None) -> Mapping[str, int | None]:
    """The four columns of counts."""
    return asdict(counts) if counts else dict.fromkeys(_COUNTS)


def counts_of(row: RowMapping) -> Counts | None:
    """The counts of an attempt in a selected row."""
    own = execution_logs.c
    if row[own.total_rows] is None:
        return None
    return Counts(
        total_rows=row[own.total_rows],
        total_cells=row[own.total_cells],
        total_error_cells=row[own.total_error_cells],
        total_error_rows=row[own.total_error_rows],
    )


def failure_values(failure: Failure | None) -> Mapping[str, Any]:
    """The three columns of a failure."""
    return {
        "error_type": failure and failure.type,
        "error_message": failure and failure.message,
        "error_transient": failure and failure.transient,
    }


def failure_of(row: RowMapping, table: Table) -> Failure | None:
    """The failure in a selected row of a table."""
    if row[table.c.error_type] is None:
        return None
    return Failure(
        type=ErrorType(row[table.c.error_type]),
        message=row[table.c.error_message],
        transient=row[table.c.error_transient],
    )


def _mapping_of(document: Mapping[str, Any]) -> MappingRecord:
    columns = (
        MappedColumn(
            target_column=column["target_column"],
            source_columns=tuple(column["source_columns"]),
            method=column["method"] and Method(column["method"]),
            score=column["score"],
        )
        for column in document["columns"]
    )
    return MappingRecord(
        columns=tuple(columns),
        total_columns=document["total_columns"],
        unused_columns=tuple(document["unused_columns"]),
        total_unused_columns=document["total_unused_columns"],
    )
