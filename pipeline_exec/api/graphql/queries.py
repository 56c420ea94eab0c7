"""Queries: everything that can be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.configuration import PipelineConfiguration
from pipeline_exec.api.graphql.types.connection import Connection, Window
from pipeline_exec.api.graphql.types.connector import Connector
from pipeline_exec.api.graphql.types.connector_filter import ConnectorFilter, ConnectorOrder
from pipeline_exec.api.graphql.types.execution import Execution
from pipeline_exec.api.graphql.types.execution_filter import ExecutionFilter, ExecutionOrder
from pipeline_exec.api.graphql.types.filter import query_of
from pipeline_exec.api.graphql.types.finding import Finding
from pipeline_exec.api.graphql.types.pipeline import Pipeline
from pipeline_exec.api.graphql.types.pipeline_filter import PipelineFilter, PipelineOrder
from pipeline_exec.api.graphql.types.principal import Principal
from pipeline_exec.api.graphql.types.target_model import TargetDataModel
from pipeline_exec.api.graphql.types.target_model_filter import TargetDataModelFilter, TargetDataModelOrder
from pipeline_exec.api.graphql.types.wrapper import Wrapper
from pipeline_exec.errors import NotFound
from pipeline_exec.model.identity import ConnectorId, ExecutionId, PipelineId, TargetModelId, WrapperId
from pipeline_exec.model.query import DEFAULT_LIMIT, Page
from pipeline_exec.services.layer import ServiceLayer

Id = TypeVar("Id")
Noun = TypeVar("Noun")
Shown = TypeVar("Shown")

First = Annotated[int, strawberry.argument(description="How many entries at most; 500 is the most there can be.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes behind this cursor.")]
Offset = Annotated[int, strawberry.argument(description="How many entries to leave out, for jumping to a page.")]


@strawberry.type
class Query:
    """Everything that can be looked at. Lists come newest first unless they are asked for in another order."""

    @strawberry.field
    def me(self, info: Info) -> Principal:
        """Who asks."""
        return Principal.of(info.context.principal)

    @strawberry.field
    async def execution(self, info: Info, id: strawberry.ID) -> Execution | None:
        """An execution; null when there is none."""
        return await _one(info, info.context.layer.executions.get, ExecutionId(id), Execution.of)

    @strawberry.field
    async def executions(
        self,
        info: Info,
        filter: ExecutionFilter | None = UNSET,
        order_by: list[ExecutionOrder] | None = UNSET,
        first: First = DEFAULT_LIMIT,
        after: After = UNSET,
        offset: Offset = 0,
    ) -> Connection[Execution]:
        """The executions of pipelines."""
        query = query_of(filter, order_by, Window.of(first, after, offset))
        return Connection.of(await info.context.ask(info.context.layer.executions.find, query), Execution.of)

    @strawberry.field
    async def findings(
        self,
        info: Info,
        execution_id: strawberry.ID,
        first: First = DEFAULT_LIMIT,
        after: After = UNSET,
        offset: Offset = 0,
    ) -> Connection[Finding]:
        """The erroneous cells of an execution's latest validation, row by row."""
        context, window = info.context, Window.of(first, after, offset)
        return Connection.of(await context.ask(_findings, context.layer, ExecutionId(execution_id), window), Finding.of)

    @strawberry.field
    async def pipeline(self, info: Info, id: strawberry.ID) -> Pipeline | None:
        """A pipeline; null when there is none."""
        return await _one(info, info.context.layer.pipelines.get, PipelineId(id), Pipeline.of)

    @strawberry.field
    async def pipelines(
        self,
        info: Info,
        filter: PipelineFilter | None = UNSET,
        order_by: list[PipelineOrder] | None = UNSET,
        first: First = DEFAULT_LIMIT,
        after: After = UNSET,
        offset: Offset = 0,
    ) -> Connection[Pipeline]:
        """All pipelines."""
        query = query_of(filter, order_by, Window.of(first, after, offset))
        return Connection.of(await info.context.ask(info.context.layer.pipelines.find, query), Pipeline.of)

    @strawberry.field
    async def pipeline_configurations(
        self,
        info: Info,
        pipeline_id: strawberry.ID,
        first: First = DEFAULT_LIMIT,
        after: After = UNSET,
        offset: Offset = 0,
    ) -> Connection[PipelineConfiguration]:
        """Every configuration the pipeline ever had, newest first."""
        window = Window.of(first, after, offset)
        found = await info.context.ask(info.context.layer.pipelines.configurations, PipelineId(pipeline_id))
        return Connection.of(window.page(found), PipelineConfiguration.of)

    @strawberry.field
    async def connector(self, info: Info, id: strawberry.ID) -> Connector | None:
        """A connector; null when there is none."""
        return await _one(info, info.context.layer.connectors.get, ConnectorId(id), Connector.of)

    @strawberry.field
    async def connectors(
        self,
        info: Info,
        filter: ConnectorFilter | None = UNSET,
        order_by: list[ConnectorOrder] | None = UNSET,
        first: First = DEFAULT_LIMIT,
        after: After = UNSET,
        offset: Offset = 0,
    ) -> Connection[Connector]:
        """All connectors."""
        query = query_of(filter, order_by, Window.of(first, after, offset))
        return Connection.of(await info.context.ask(info.context.layer.connectors.find, query), Connector.of)

    @strawberry.field
    async def target_data_model(self, info: Info, id: strawberry.ID) -> TargetDataModel | None:
        """A target data model; null when there is none."""
        return await _one(info, info.context.layer.target_models.get, TargetModelId(id), TargetDataModel.of)

    @strawberry.field
    async def target_data_models(
        self,
        info: Info,
        filter: TargetDataModelFilter | None = UNSET,
        order_by: list[TargetDataModelOrder] | None = UNSET,
        first: First = DEFAULT_LIMIT,
        after: After = UNSET,
        offset: Offset = 0,
    ) -> Connection[TargetDataModel]:
        """All target data models."""
        query = query_of(filter, order_by, Window.of(first, after, offset))
        return Connection.of(await info.context.ask(info.context.layer.target_models.find, query), TargetDataModel.of)

    @strawberry.field
    async def wrapper(self, info: Info, id: strawberry.ID) -> Wrapper | None:
        """A wrapper; null when there is none."""
        return await _one(info, info.context.layer.wrappers.get, WrapperId(id), Wrapper.of)

    @strawberry.field
    async def wrappers(
        self, info: Info, first: First = DEFAULT_LIMIT, after: After = UNSET, offset: Offset = 0
    ) -> Connection[Wrapper]:
        """All wrappers."""
        window = Window.of(first, after, offset)
        page = await info.context.ask(info.context.layer.wrappers.page, window.offset, window.limit)
        return Connection.of(page, Wrapper.of)


async def _one(info: Info, get: Callable[[Id], Noun], id: Id, shown: Callable[[Noun], Shown]) -> Shown | None:
    try:
        return shown(await info.context.ask(get, id))
    except NotFound:
        return None


def _findings(layer: ServiceLayer, execution_id: ExecutionId, window: Window) -> Page[Mapping[str, Any]]:
    found = layer.executions.findings(execution_id)
    items = found.page(window.offset, window.limit)
    return Page(items=items, total=found.total, offset=window.offset, limit=window.limit)
