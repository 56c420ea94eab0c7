"""Wrappers: a source that is turned into a series of data points and sent to a destination on demand."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from strawberry.scalars import JSON

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.connection import Window
from pipeline_exec.api.graphql.types.connector import Connector, connector_of
from pipeline_exec.api.graphql.types.execution import Execution
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.principal import Audited
from pipeline_exec.api.graphql.types.scalars import BigInt
from pipeline_exec.model import wrapper as model
from pipeline_exec.model.connector import NodeType
from pipeline_exec.model.identity import ConnectorId, WrapperId
from pipeline_exec.model.wrapper import Health, SourceType, WrapperStatus
from pipeline_exec.services.sealing import masked


@strawberry.type
class WrapperDestination(Mirror):
    """Where the points go: a connector, or a destination written out in the wrapper."""

    connector_id: strawberry.Private[ConnectorId | None]
    node_type: NodeType | None
    """Of a destination written out here."""
    configuration: JSON
    """Of a destination written out here; secrets are ``********``."""

    @classmethod
    def of(cls, destination: model.WrapperDestination) -> Self:
        return cls.mirror(destination, configuration=masked(destination.configuration))

    @strawberry.field
    async def connector(self, info: Info) -> Connector | None:
        """Null for a destination written out here."""
        return await connector_of(info, self.connector_id)


@strawberry.type
class WrapperLogLine(Mirror):
    """A line of a wrapper's execution log."""

    at: datetime
    level: str
    message: str


@strawberry.type
class Wrapper(Audited):
    """A source that is turned into a series of data points and sent to a destination on demand."""

    name: str
    source_type: SourceType
    source_config: JSON
    """Its attributes depend on the source type; secrets are ``********``."""
    destination: WrapperDestination
    status: WrapperStatus
    health: Health
    error_message: str | None
    last_data_sent: datetime | None
    data_points_count: BigInt
    """How many points were sent in all."""
    phase: str
    high_water_mark: datetime | None
    """Newest time among the points sent."""
    low_water_mark: datetime | None
    """Oldest time among the points sent."""

    @classmethod
    def of(cls, wrapper: model.Wrapper) -> Self:
        document = wrapper.document
        return cls.audited(
            wrapper,
            name=document.name,
            source_type=document.source_type,
            source_config=masked(document.source_config),
            destination=WrapperDestination.of(document.destination),
        )

    @strawberry.field
    async def execution_log(self, info: Info, first: int = 200) -> list[WrapperLogLine]:
        """The newest lines, oldest first."""
        window = Window.of(first, after=None, offset=0)
        lines = await info.context.loaders.wrapper_lines.load((WrapperId(self.id), window.limit))
        return [WrapperLogLine.of(line) for line in lines or ()]


@strawberry.type
class ExecutedWrapper:
    """A wrapper's execution that has ended, and the wrapper as it left it."""

    wrapper: Wrapper
    execution: Execution
    """Its status says whether all points were sent, its counts how many."""
