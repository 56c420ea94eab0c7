"""Which connectors, and in which order."""

from __future__ import annotations

from enum import Enum

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.types.comparison import Comparison, StringComparison
from pipeline_exec.api.graphql.types.filter import AuditedFilter, PermissionsFilter
from pipeline_exec.api.graphql.types.order import Order
from pipeline_exec.model.connector import ConnectorTrigger, Direction, NodeType


@strawberry.input
class ConnectorFilter(AuditedFilter):
    """Which connectors: all that is given must be true."""

    and_: list[ConnectorFilter] | None = strawberry.field(name="and", default=UNSET)
    or_: list[ConnectorFilter] | None = strawberry.field(name="or", default=UNSET)
    not_: ConnectorFilter | None = strawberry.field(name="not", default=UNSET)
    name: StringComparison | None = UNSET
    type: Comparison[Direction] | None = UNSET
    node_type: Comparison[NodeType] | None = UNSET
    trigger_type: Comparison[ConnectorTrigger] | None = UNSET
    permissions: PermissionsFilter | None = UNSET


@strawberry.enum
class ConnectorOrderField(Enum):
    """What connectors can be sorted by."""

    ID = "id"
    NAME = "name"
    TYPE = "type"
    NODE_TYPE = "node_type"
    TRIGGER_TYPE = "trigger_type"
    CREATED_AT = "created_at"
    CREATED_BY_NAME = "created_by.name"
    UPDATED_AT = "updated_at"
    UPDATED_BY_NAME = "updated_by.name"


@strawberry.input
class ConnectorOrder(Order[ConnectorOrderField]):
    """One attribute to sort connectors by."""
