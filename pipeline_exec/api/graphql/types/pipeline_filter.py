"""Which pipelines, and in which order."""

from __future__ import annotations

from enum import Enum

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.types.comparison import BooleanComparison, Comparison, StringComparison
from pipeline_exec.api.graphql.types.filter import AuditedFilter, Filter
from pipeline_exec.api.graphql.types.order import Order


@strawberry.input
class PipelineConfigurationFilter(Filter):
    """What the current configuration says; a comparison of several connectors is true when it is true of one."""

    id: Comparison[strawberry.ID] | None = UNSET
    input_connectors: Comparison[strawberry.ID] | None = UNSET
    output_connectors: Comparison[strawberry.ID] | None = UNSET
    tdm: Comparison[strawberry.ID] | None = UNSET
    developer_mode: BooleanComparison | None = UNSET


@strawberry.input
class PipelineFilter(AuditedFilter):
    """Which pipelines: all that is given must be true."""

    and_: list[PipelineFilter] | None = strawberry.field(name="and", default=UNSET)
    or_: list[PipelineFilter] | None = strawberry.field(name="or", default=UNSET)
    not_: PipelineFilter | None = strawberry.field(name="not", default=UNSET)
    name: StringComparison | None = UNSET
    slug: StringComparison | None = UNSET
    active: BooleanComparison | None = UNSET
    configuration: PipelineConfigurationFilter | None = UNSET


@strawberry.enum
class PipelineOrderField(Enum):
    """What pipelines can be sorted by."""

    ID = "id"
    NAME = "name"
    SLUG = "slug"
    ACTIVE = "active"
    CREATED_AT = "created_at"
    CREATED_BY_NAME = "created_by.name"
    UPDATED_AT = "updated_at"
    UPDATED_BY_NAME = "updated_by.name"


@strawberry.input
class PipelineOrder(Order[PipelineOrderField]):
    """One attribute to sort pipelines by."""
