"""Connectors: where data comes from and where it goes."""

from __future__ import annotations

from typing import Self

import strawberry
from strawberry.scalars import JSON

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.execution_log import Failure
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.principal import Audited
from pipeline_exec.model import connector as model
from pipeline_exec.model.connector import ConnectorTrigger, Direction, NodeType, PermissionLevel
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.services.sealing import masked


@strawberry.type
class Permissions(Mirror):
    """Who may use a connector or a target data model."""

    level: PermissionLevel


@strawberry.type
class Connector(Audited):
    """Where data comes from, or where it goes."""

    name: str
    type: Direction
    node_type: NodeType
    trigger_type: ConnectorTrigger | None
    """Of inputs only."""
    configuration: JSON
    """Its attributes depend on the node type; secrets are ``********``."""
    permissions: Permissions

    @classmethod
    def of(cls, connector: model.Connector) -> Self:
        document = connector.document
        return cls.audited(
            connector,
            name=document.name,
            type=document.type,
            node_type=document.node_type,
            trigger_type=document.trigger_type,
            configuration=masked(document.configuration),
            permissions=Permissions.of(document.permissions),
        )


async def connector_of(info: Info, connector_id: ConnectorId | None) -> Connector | None:
    """The connector of an id, loaded with others; None when there is no id, or no such connector any more."""
    found = None if connector_id is None else await info.context.loaders.connectors.load(connector_id)
    return None if found is None else Connector.of(found)


@strawberry.type
class ConnectorTest:
    """Whether a connector can be reached and used."""

    success: bool
    error: Failure | None
