"""Wrappers: a source that is turned into a series of data points and sent to a destination on demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from pipeline_exec.model.connector import NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.model.identity import ConnectorId, FileId, WrapperId
from pipeline_exec.model.principal import Audit


class WrapperStatus(StrEnum):
    """Where a wrapper stands."""

    PENDING = "pending"
    """Made, never executed."""
    EXECUTING = "executing"
    COMPLETED = "completed"
    """Its last execution succeeded."""
    STOPPED = "stopped"
    """Stopped by a person; executing it starts it again."""
    ERROR = "error"
    """Its last execution failed; ``error_message`` says why."""


class Health(StrEnum):
    """How a wrapper fares."""

    HEALTHY = "HEALTHY"
    """It is executing, or its last execution succeeded."""
    CRASHED = "CRASHED"
    """Its last execution failed."""
    UNKNOWN = "UNKNOWN"
    """It was never executed, or somebody stopped it."""


class SourceType(StrEnum):
    """What a wrapper reads."""

    CSV = "CSV"
    XLSX = "XLSX"
    API = "API"


class CsvSource(Document):
    """Points in a CSV file: one time column and one or more value columns."""

    file_id: FileId | None = None
    """An upload."""
    location: str | None = None
    """A path instead of an upload, confined to the deployment's local roots."""
    time_column: str
    value_columns: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _either_upload_or_location(self) -> Self:
        if (self.file_id is None) == (self.location is None):
            raise ValueError("give either a file_id or a location")
        return self


class XlsxSource(CsvSource):
    """Points in a spreadsheet."""

    sheet_name: str | None = None


class AuthType(StrEnum):
    """How a wrapper's API is asked."""

    NONE = "none"
    BEARER = "bearer"
    API_KEY = "api_key"
    BASIC = "basic"


class ApiSource(Document):
    """Points in the JSON an API answers with."""

    location: str
    method: Literal["GET", "POST"] = "GET"
    auth_type: AuthType = AuthType.NONE
    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    api_key: SecretStr | None = None
    api_key_header: str = "X-API-Key"
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    query_params: dict[str, str] = Field(default_factory=dict)
    record_path: str | None = None
    date_field: str
    value_field: str
    timeout_seconds: float = Field(30.0, gt=0, le=3600)


Source = CsvSource | XlsxSource | ApiSource

SOURCES: dict[SourceType, type[Source]] = {
    SourceType.CSV: CsvSource,
    SourceType.XLSX: XlsxSource,
    SourceType.API: ApiSource,
}
"""The schema of ``source_config`` for each source type."""


class WrapperDestination(Document):
    """Where the points go: a connector, or a destination written out here."""

    connector_id: ConnectorId | None = None
    node_type: NodeType | None = None
    configuration: dict[str, object] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _either_connector_or_inline(self) -> Self:
        if (self.connector_id is None) == (self.node_type is None):
            raise ValueError("give either a connector_id or a node_type with its configuration")
        return self


class WrapperDocument(Document):
    """A wrapper as users write it. ``source_config`` is validated by the source type's own schema."""

    name: str = Field(min_length=1, max_length=200)
    source_type: SourceType
    source_config: dict[str, object]
    destination: WrapperDestination


@dataclass(frozen=True, kw_only=True)
class Wrapper:
    """A wrapper as we remember it; secrets in ``document`` are sealed."""

    id: WrapperId
    document: WrapperDocument
    status: WrapperStatus
    audit: Audit
    error_message: str | None = None
    last_data_sent: datetime | None = None
    data_points_count: int = 0
    phase: str = "idle"
    high_water_mark: datetime | None = None
    """Newest time among the points sent."""
    low_water_mark: datetime | None = None
    """Oldest time among the points sent."""

    @property
    def health(self) -> Health:
        """How it fares, judged by its status."""
        match self.status:
            case WrapperStatus.EXECUTING | WrapperStatus.COMPLETED:
                return Health.HEALTHY
            case WrapperStatus.ERROR:
                return Health.CRASHED
            case WrapperStatus.PENDING | WrapperStatus.STOPPED:
                return Health.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class WrapperLogLine:
    """A line of a wrapper's execution log."""

    at: datetime
    level: str
    message: str


@dataclass(frozen=True, kw_only=True)
class WrapperFile:
    """An uploaded CSV or spreadsheet."""

    id: FileId
    name: str
    size: int
    columns: tuple[str, ...]
    uploaded_at: datetime
