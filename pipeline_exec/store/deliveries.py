"""Deliveries as rows: one for each output of an execution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, select

from pipeline_exec.model.execution import Delivery, DeliveryStatus
from pipeline_exec.model.identity import ConnectorId, ExecutionId
from pipeline_exec.store.execution_logs import failure_of, failure_values
from pipeline_exec.store.tables import deliveries
from pipeline_exec.store.upserting import upsert


def deliveries_of(
    connection: Connection, execution_ids: Iterable[ExecutionId]
) -> Mapping[ExecutionId, Sequence[Delivery]]:
    """What each execution sent, or could not send."""
    wanted = select(deliveries).where(deliveries.c.execution_id.in_(list(execution_ids)))
    found: dict[ExecutionId, list[Delivery]] = {}
    for delivery in map(_delivery, connection.execute(wanted.order_by(deliveries.c.output)).mappings()):
        found.setdefault(delivery.execution_id, []).append(delivery)
    return found


def save_delivery(connection: Connection, delivery: Delivery) -> None:
    """Add or replace the delivery of an execution to an output."""
    values = {
        "execution_id": delivery.execution_id,
        "output": delivery.connector_id or "",
        "status": delivery.status,
        "content": delivery.content,
        "location": delivery.location,
        "rows": delivery.rows,
        "bytes": delivery.bytes,
        "batches": delivery.batches,
        **failure_values(delivery.failure),
    }
    upsert(connection, deliveries, [values])


def _delivery(row: RowMapping) -> Delivery:
    own = deliveries.c
    return Delivery(
        execution_id=ExecutionId(row[own.execution_id]),
        connector_id=ConnectorId(row[own.output]) if row[own.output] else None,
        status=DeliveryStatus(row[own.status]),
        content=row[own.content],
        location=row[own.location],
        rows=row[own.rows],
        bytes=row[own.bytes],
        batches=row[own.batches],
        failure=failure_of(row, deliveries),
    )
