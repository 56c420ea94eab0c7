"""Which target data models, and in which order."""

from __future__ import annotations

from enum import Enum

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.types.comparison import BooleanComparison, Comparison, StringComparison
from pipeline_exec.api.graphql.types.filter import AuditedFilter, Filter, PermissionsFilter
from pipeline_exec.api.graphql.types.order import Order
from pipeline_exec.model.target_model import ColumnType


@strawberry.input
class TargetColumnFilter(Filter):
    """Which columns a model has; each comparison is true when it is true of one column."""

    key: StringComparison | None = UNSET
    label: StringComparison | None = UNSET
    column_type: Comparison[ColumnType] | None = UNSET
    required: BooleanComparison | None = UNSET
    unique: BooleanComparison | None = UNSET


@strawberry.input
class TargetDataModelFilter(AuditedFilter):
    """Which target data models: all that is given must be true."""

    and_: list[TargetDataModelFilter] | None = strawberry.field(name="and", default=UNSET)
    or_: list[TargetDataModelFilter] | None = strawberry.field(name="or", default=UNSET)
    not_: TargetDataModelFilter | None = strawberry.field(name="not", default=UNSET)
    name: StringComparison | None = UNSET
    columns: TargetColumnFilter | None = UNSET
    permissions: PermissionsFilter | None = UNSET


@strawberry.enum
class TargetDataModelOrderField(Enum):
    """What target data models can be sorted by."""

    ID = "id"
    NAME = "name"
    CREATED_AT = "created_at"
    CREATED_BY_NAME = "created_by.name"
    UPDATED_AT = "updated_at"
    UPDATED_BY_NAME = "updated_by.name"


@strawberry.input
class TargetDataModelOrder(Order[TargetDataModelOrderField]):
    """One attribute to sort target data models by."""
