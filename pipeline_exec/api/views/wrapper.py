"""Wrappers, their executions and their files as answers show them: an API of its own, without envelopes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Literal, Self

from pipeline_exec.api.views.view import Moment, View
from pipeline_exec.model.connector import NodeType
from pipeline_exec.model.wrapper import Health, SourceType, Wrapper, WrapperFile, WrapperLogLine, WrapperStatus
from pipeline_exec.services.sealing import masked


class DestinationView(View):
    """Where a wrapper's points go: a connector, or a destination written out."""

    connector_id: str | None
    node_type: NodeType | None
    configuration: dict[str, object]
    """With ``"********"`` in place of each secret."""


class WrapperView(View):
    """A wrapper."""

    wrapper_id: str
    name: str
    source_type: SourceType
    source_config: dict[str, object]
    """With ``"********"`` in place of each secret."""
    destination: DestinationView
    status: WrapperStatus
    error_message: str | None
    execution_log: list[str]
    """The newest lines, oldest first."""
    last_data_sent: Moment | None
    data_points_count: int
    phase: str
    high_water_mark: Moment | None
    """Newest time among the points sent."""
    low_water_mark: Moment | None
    """Oldest time among the points sent."""
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, wrapper: Wrapper, log: Sequence[WrapperLogLine]) -> Self:
        """Of a wrapper and its log."""
        document, destination = wrapper.document, wrapper.document.destination
        return cls(
            wrapper_id=wrapper.id,
            name=document.name,
            source_type=document.source_type,
            source_config=masked(document.source_config),
            destination=DestinationView(
                connector_id=destination.connector_id,
                node_type=destination.node_type,
                configuration=masked(destination.configuration),
            ),
            status=wrapper.status,
            error_message=wrapper.error_message,
            execution_log=[_line(line) for line in log],
            last_data_sent=wrapper.last_data_sent,
            data_points_count=wrapper.data_points_count,
            phase=wrapper.phase,
            high_water_mark=wrapper.high_water_mark,
            low_water_mark=wrapper.low_water_mark,
            created_at=wrapper.audit.created_at,
            updated_at=wrapper.audit.updated_at,
        )


class ExecuteView(View):
    """How the execution of a wrapper ended."""

    wrapper_id: str
    success: bool
    message: str
    """What happened."""
    data_points_sent: int | None
    """Null when it failed."""
    execution_time: Moment
    """When the execution completed."""


class StopView(View):
    """A wrapper that was stopped."""

    wrapper_id: str
    success: Literal[True] = True
    message: Literal["Wrapper stopped successfully"] = "Wrapper stopped successfully"


class HealthView(View):
    """How a wrapper fares."""

    wrapper_id: str
    health_status: Health
    is_actively_executing: bool

    @classmethod
    def of(cls, wrapper: Wrapper) -> Self:
        """Of a wrapper."""
        executing = wrapper.status is WrapperStatus.EXECUTING
        return cls(wrapper_id=wrapper.id, health_status=wrapper.health, is_actively_executing=executing)


class LogsView(View):
    """The newest lines of a wrapper's log, oldest first."""

    wrapper_id: str
    logs: list[str]
    total_lines: int
    """How many lines are in this answer."""

    @classmethod
    def of(cls, wrapper: Wrapper, log: Sequence[WrapperLogLine]) -> Self:
        """Of a wrapper's log."""
        return cls(wrapper_id=wrapper.id, logs=[_line(line) for line in log], total_lines=len(log))


class WrapperFileView(View):
    """An uploaded file."""

    file_id: str
    filename: str
    file_size: int
    """Bytes."""
    columns: tuple[str, ...]
    uploaded_at: Moment
    validation_status: Literal["valid"] = "valid"
    """A file that is not valid is refused when it is uploaded."""

    @classmethod
    def of(cls, file: WrapperFile) -> Self:
        """Of an upload."""
        return cls(
            file_id=file.id, filename=file.name, file_size=file.size, columns=file.columns, uploaded_at=file.uploaded_at
        )


def _line(line: WrapperLogLine) -> str:
    """``2026-03-03 10:35:00 - INFO - Sent 127 data points.``, in UTC."""
    return f"{line.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} - {line.level} - {line.message}"
