"""Connectors: where data comes from and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from pipeline_exec.model.document import Document
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.model.principal import Audit


class Direction(StrEnum):
    """Whether data comes from the connector or goes to it."""

    INPUT = "INPUT"
    OUTPUT = "OUTPUT"


class NodeType(StrEnum):
    """What stands at the other end."""

    HTTP = "HTTP"
    FTP = "FTP"
    S3 = "S3"
    EMAIL = "EMAIL"
    LOCAL = "LOCAL"
    DATABASE = "DATABASE"
    AZURE = "AZURE"
    GCS = "GCS"


class ConnectorTrigger(StrEnum):
    """What makes an input connector's pipelines execute."""

    EVENT_BASE = "EVENT_BASE"
    """The arrival of data."""
    TIME_BASE = "TIME_BASE"
    """A schedule, or somebody asking."""


class PermissionLevel(StrEnum):
    """Who may use a shared thing."""

    PUBLIC = "PUBLIC"
    """The organisation and every sub-organisation."""
    PRIVATE = "PRIVATE"
    """The organisation and whoever made it."""


class Permissions(Document):
    """Who may use a connector or a target data model."""

    level: PermissionLevel = PermissionLevel.PRIVATE


class ConnectorDocument(Document):
    """A connector as users write it. ``configuration`` is validated by the node type's own schema."""

    name: str = Field(min_length=1, max_length=200)
    type: Direction
    node_type: NodeType
    trigger_type: ConnectorTrigger | None = None
    configuration: dict[str, object] = Field(default_factory=dict)
    permissions: Permissions = Permissions()

    @model_validator(mode="after")
    def _trigger_belongs_to_inputs(self) -> Self:
        if self.type is Direction.INPUT and self.trigger_type is None:
            raise ValueError("an INPUT connector needs a trigger_type: EVENT_BASE or TIME_BASE")
        if self.type is Direction.OUTPUT and self.trigger_type is not None:
            raise ValueError("an OUTPUT connector has no trigger_type; leave it out")
        return self


@dataclass(frozen=True, kw_only=True)
class Connector:
    """A connector as we remember it; secrets in ``document.configuration`` are sealed."""

    id: ConnectorId
    document: ConnectorDocument
    audit: Audit
