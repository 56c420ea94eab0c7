"""Which executions, and in which order."""

from __future__ import annotations

from enum import Enum

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.types.comparison import (
    BigIntComparison,
    Comparison,
    DateTimeComparison,
    StringComparison,
)
from pipeline_exec.api.graphql.types.filter import AuditedFilter, Filter
from pipeline_exec.api.graphql.types.order import Order
from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import ExecutionTrigger, Stage, Status


@strawberry.input
class FailureFilter(Filter):
    """Why it failed."""

    type: Comparison[ErrorType] | None = UNSET
    message: StringComparison | None = UNSET


@strawberry.input
class SourceFileFilter(Filter):
    """What was received."""

    name: StringComparison | None = UNSET
    path: StringComparison | None = UNSET
    size: BigIntComparison | None = UNSET
    fingerprint: StringComparison | None = UNSET


@strawberry.input
class CountsFilter(Filter):
    """What the latest attempt counted."""

    total_rows: BigIntComparison | None = UNSET
    total_cells: BigIntComparison | None = UNSET
    total_error_cells: BigIntComparison | None = UNSET
    total_error_rows: BigIntComparison | None = UNSET


@strawberry.input
class ProgressFilter(Filter):
    """How far a running execution got."""

    stage: Comparison[Stage] | None = UNSET
    rows: BigIntComparison | None = UNSET


@strawberry.input
class ExecutionFilter(AuditedFilter):
    """Which executions: all that is given must be true."""

    and_: list[ExecutionFilter] | None = strawberry.field(name="and", default=UNSET)
    or_: list[ExecutionFilter] | None = strawberry.field(name="or", default=UNSET)
    not_: ExecutionFilter | None = strawberry.field(name="not", default=UNSET)
    pipeline: Comparison[strawberry.ID] | None = strawberry.field(name="pipelineId", default=UNSET)
    status: Comparison[Status] | None = UNSET
    trigger_type: Comparison[ExecutionTrigger] | None = UNSET
    error: FailureFilter | None = UNSET
    source: SourceFileFilter | None = UNSET
    data: CountsFilter | None = strawberry.field(name="counts", default=UNSET)
    progress: ProgressFilter | None = UNSET
    duration: BigIntComparison | None = UNSET
    """Milliseconds."""
    started_on: DateTimeComparison | None = UNSET
    configuration: Comparison[strawberry.ID] | None = strawberry.field(name="configurationId", default=UNSET)
    run_id: Comparison[strawberry.ID] | None = UNSET


@strawberry.enum
class ExecutionOrderField(Enum):
    """What executions can be sorted by."""

    ID = "id"
    PIPELINE_ID = "pipeline"
    STATUS = "status"
    TRIGGER_TYPE = "trigger_type"
    ERROR_TYPE = "error.type"
    SOURCE_NAME = "source.name"
    SOURCE_PATH = "source.path"
    SOURCE_SIZE = "source.size"
    TOTAL_ROWS = "data.total_rows"
    TOTAL_CELLS = "data.total_cells"
    TOTAL_ERROR_CELLS = "data.total_error_cells"
    TOTAL_ERROR_ROWS = "data.total_error_rows"
    DURATION = "duration"
    STARTED_ON = "started_on"
    CREATED_AT = "created_at"
    CREATED_BY_NAME = "created_by.name"
    UPDATED_AT = "updated_at"
    UPDATED_BY_NAME = "updated_by.name"


@strawberry.input
class ExecutionOrder(Order[ExecutionOrderField]):
    """One attribute to sort executions by."""
