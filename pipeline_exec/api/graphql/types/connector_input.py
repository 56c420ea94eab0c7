"""Connectors as clients write them."""

from __future__ import annotations

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from pipeline_exec.model.connector import ConnectorTrigger, Direction, NodeType, PermissionLevel


@strawberry.input
class PermissionsInput:
    """Who may use a connector or a target data model."""

    level: PermissionLevel = PermissionLevel.PRIVATE


@strawberry.input
class ConnectorInput:
    """A connector."""

    name: str
    type: Direction
    node_type: NodeType
    trigger_type: ConnectorTrigger | None = UNSET
    """Inputs need it; outputs have none."""
    configuration: JSON | None = UNSET
    """Its attributes depend on the node type and are spelled as in the REST API. ``********`` keeps a secret."""
    permissions: PermissionsInput | None = UNSET
