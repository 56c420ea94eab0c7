"""Deliveries: what an execution sent to each of its outputs."""

from __future__ import annotations

from typing import Self

import strawberry

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.connector import Connector, connector_of
from pipeline_exec.api.graphql.types.execution_log import Failure
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.scalars import BigInt
from pipeline_exec.model import execution as model
from pipeline_exec.model.execution import DeliveryStatus
from pipeline_exec.model.identity import ConnectorId


@strawberry.type
class Delivery(Mirror):
    """What one execution sent, or could not send, to one output."""

    connector_id: strawberry.Private[ConnectorId | None]
    status: DeliveryStatus
    location: str | None
    """Where it is, as the destination names it."""
    rows: BigInt
    bytes: BigInt
    batches: BigInt
    """How many batches the destination has confirmed, where it takes batches."""
    error: Failure | None

    @classmethod
    def of(cls, delivery: model.Delivery) -> Self:
        return cls.mirror(delivery, error=Failure.if_any(delivery.failure))

    @strawberry.field
    async def connector(self, info: Info) -> Connector | None:
        """Null for a destination written out in a wrapper, and for a connector that was deleted."""
        return await connector_of(info, self.connector_id)
