"""Executions as rows, joined with the latest attempt at each."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping, select

from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import (
    Counts,
    Execution,
    ExecutionLog,
    ExecutionTrigger,
    Progress,
    SourceFile,
    Stage,
    Status,
)
from pipeline_exec.model.identity import ExecutionId, PipelineId, WrapperId
from pipeline_exec.store.attributes import choice, moment, number, text
from pipeline_exec.store.audit import Audited, audit_values
from pipeline_exec.store.execution_logs import counts_values, failure_of, failure_values, log_of
from pipeline_exec.store.querying import Attributes
from pipeline_exec.store.tables import execution_logs, executions

_AUDITED = Audited(executions)

EXECUTIONS = select(executions, execution_logs, *_AUDITED.columns).select_from(
    _AUDITED.joined(executions.outerjoin(execution_logs, execution_logs.c.id == executions.c.log_id))
)
"""Every execution with its latest attempt."""

_COUNTS = {name: number(executions.c[name]) for name in counts_values(None)}

ATTRIBUTES = Attributes(
    {
        "id": text(executions.c.id),
        "pipeline": text(executions.c.pipeline_id),
        "wrapper": text(executions.c.wrapper_id),
        "status": choice(executions.c.status, Status),
        "trigger_type": choice(executions.c.trigger_type, ExecutionTrigger),
        "error.type": choice(executions.c.error_type, ErrorType),
        "error.message": text(executions.c.error_message),
        "source.name": text(executions.c.source_name),
        "source.path": text(executions.c.source_path),
        "source.size": number(executions.c.source_size),
        "source.fingerprint": text(executions.c.source_fingerprint),
        "progress.stage": choice(executions.c.progress_stage, Stage),
        "progress.rows": number(executions.c.progress_rows),
        "run_id": text(executions.c.run_id),
        "configuration": text(executions.c.configuration_id),
        "started_on": moment(executions.c.started_on),
        "duration": number(executions.c.duration),
        **_COUNTS,
        **{f"data.{name}": attribute for name, attribute in _COUNTS.items()},
        **_AUDITED.attributes,
    }
)
"""What can be asked of executions; what an attempt knows is asked of the latest."""


def execution_of(row: RowMapping) -> Execution:
    """The execution in a row of ``EXECUTIONS``."""
    own = executions.c
    return Execution(
        id=ExecutionId(row[own.id]),
        pipeline_id=row[own.pipeline_id] and PipelineId(row[own.pipeline_id]),
        wrapper_id=row[own.wrapper_id] and WrapperId(row[own.wrapper_id]),
        status=Status(row[own.status]),
        trigger_type=ExecutionTrigger(row[own.trigger_type]),
        audit=_AUDITED.read(row),
        log=log_of(row),
        source=_source_of(row),
        failure=failure_of(row, executions),
        progress=_progress_of(row),
        request_key=row[own.request_key],
        archive_id=row[own.archive_id] and ExecutionId(row[own.archive_id]),
    )


def execution_values(execution: Execution) -> dict[str, object]:
    """The row of a new execution."""
    return {
        "id": execution.id,
        "pipeline_id": execution.pipeline_id,
        "wrapper_id": execution.wrapper_id,
        "trigger_type": execution.trigger_type,
        "request_key": execution.request_key,
        "revision": 1,
        **input_values(execution),
        **progress_values(execution.progress),
        **state_values(execution),
        **latest_values(execution.log),
    }


def input_values(execution: Execution) -> Mapping[str, object]:
    """The columns of an input."""
    source = execution.source
    return {
        "archive_id": execution.archive_id,
        "source_name": source and source.name,
        "source_path": source and source.path,
        "source_size": source and source.size,
        "source_fingerprint": source and source.fingerprint,
    }


def progress_values(progress: Progress | None) -> Mapping[str, object]:
    """The columns of a progress."""
    return {"progress_stage": progress and progress.stage, "progress_rows": progress and progress.rows}


def state_values(execution: Execution) -> Mapping[str, object]:
    """The columns that change when an execution ends or is tried again."""
    return {"status": execution.status, **failure_values(execution.failure), **audit_values(execution.audit)}


def latest_values(log: ExecutionLog) -> Mapping[str, object]:
    """What an execution repeats of its latest attempt."""
    return {
        "log_id": log.id,
        "run_id": log.run_id,
        "configuration_id": log.configuration_id,
        "started_on": log.started_on,
        "ended_at": log.ended_at,
        "duration": log.duration,
        **counts_values(log.counts),
    }


def known_counts(counts: Counts | None) -> Mapping[str, object]:
    """The columns of counts; none where they are not known, so that those there are stay."""
    return counts_values(counts) if counts else {}


def _source_of(row: RowMapping) -> SourceFile | None:
    own = executions.c
    if row[own.source_name] is None:
        return None
    return SourceFile(
        name=row[own.source_name],
        path=row[own.source_path],
        size=row[own.source_size],
        fingerprint=row[own.source_fingerprint],
    )


def _progress_of(row: RowMapping) -> Progress | None:
    stage = row[executions.c.progress_stage]
    return None if stage is None else Progress(stage=Stage(stage), rows=row[executions.c.progress_rows])
