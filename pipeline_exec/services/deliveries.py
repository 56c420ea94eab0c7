"""Deliveries: the last stage of a run. Each output gets the result once, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline_exec.errors import DestinationSizeLimit, ExecutionFailure, NotFound
from pipeline_exec.model.execution import Delivery, DeliveryStatus, Failure, Stage
from pipeline_exec.model.file_name import render_file_name
from pipeline_exec.model.identity import derived_id
from pipeline_exec.model.pipeline import DEVELOPER_MODE_ROWS
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import FileSink, Formats, Parcel, RowSink, Staging, Store
from pipeline_exec.services.plans import Output, Plan
from pipeline_exec.services.rows_files import read_rows
from pipeline_exec.services.staged import output_ref
from pipeline_exec.services.turns import Written

DEFAULT_EXTENSION = "csv"


@dataclass(frozen=True)
class DeliveryService:
    """Sends validated rows to a plan's outputs."""

    store: Store
    staging: Staging
    formats: Formats

    def deliver(
        self,
        plan: Plan,
        rows: Rows,
        still_ours: Callable[[], None],
        on_delivery: Callable[[Output, Delivery], None],
    ) -> Written:
        """Deliver the rows to every output that does not have them yet.

        Each output succeeds or fails on its own; the first failure is raised once all were tried.

        Args:
            plan: The attempt's plan.
            rows: As validated; iterated once for each output, and once before.
            still_ours: Called before anything leaves; raises when the attempt is over.
            on_delivery: Told of every output that got the rows now.

        Raises:
            DestinationUnresponsive: an output cannot be reached.
            DestinationRefused: it says no.
            DestinationSizeLimit: it does not take that much; nothing was sent to it.
            WriteFileFailure: it was reached and the file could not be written.
        """
        sent = _sent(plan, rows)
        extent = _extent(sent, plan.time_column)
        failures: list[ExecutionFailure] = []
        for output, delivery in self._pending(plan):
            if delivery.status is DeliveryStatus.DELIVERED:
                continue
            still_ours()
            receipt = _Receipt(delivery, self._save)
            try:
                self._deliver(plan, output, sent, extent.rows, receipt)
            except ExecutionFailure as error:
                failures.append(error)
                receipt.note(status=DeliveryStatus.FAILED, failure=Failure.of(error))
            else:
                on_delivery(output, receipt.delivery)
        if failures:
            raise failures[0]
        return extent

    def render(self, plan: Plan, rows: Rows, output: Output) -> Path:
        """The file an output receives, staged."""
        extension = self._extension(output)
        ref = output_ref(plan.execution.id, plan.output_key(output), extension)
        with self.staging.placing(ref) as placed:
            self.formats.named(extension).write(rows, plan.columns, placed.path, output.options)
        return self.staging.local(ref)

    def delivered(self, plan: Plan) -> tuple[Path, str]:
        """What was delivered, as a file, and its name; of several outputs the first that takes files.

        Where none of them does, it is what the first of them would have received.

        Raises:
            NotFound: nothing was delivered, or it is no longer staged.
        """
        done = [output for output, delivery in self._pending(plan) if delivery.status is DeliveryStatus.DELIVERED]
        if not done:
            raise NotFound(f"Execution {plan.execution.id} has delivered nothing, so there is no output.")
        output = next((each for each in done if isinstance(each.connector.port, FileSink)), done[0])
        ref = output_ref(plan.execution.id, plan.output_key(output), self._extension(output))
        if not self.staging.exists(ref):
            rows = read_rows(self.staging.local(plan.rows_ref(Stage.VALIDATE)))
            self.render(plan, _sent(plan, rows), output)
        return self.staging.local(ref), self._file_name(plan, output)

    def _pending(self, plan: Plan) -> Sequence[tuple[Output, Delivery]]:
        """Each output with its delivery; one of another content is begun anew."""
        with self.store.reading() as tx:
            deliveries = tx.executions.deliveries([plan.execution.id]).get(plan.execution.id, ())
        before = {delivery.connector_id: delivery for delivery in deliveries}
        pending = []
        for output in plan.outputs:
            content, known = plan.output_key(output), before.get(output.connector_id)
            fresh = Delivery(
                execution_id=plan.execution.id,
                connector_id=output.connector_id,
                status=DeliveryStatus.PENDING,
                content=content,
            )
            pending.append((output, known if known is not None and known.content == content else fresh))
        return pending

    def _deliver(self, plan: Plan, output: Output, rows: Rows, count: int, receipt: _Receipt) -> None:
        limits = output.connector.limits
        _enforce(limits.max_rows, count, "rows", output)
        parcel = Parcel(
            token=derived_id(plan.execution.id, str(output.connector_id), receipt.delivery.content),
            file_name=self._file_name(plan, output),
        )
        sink, size = output.connector.port, 0
        if isinstance(sink, RowSink):
            confirmed = receipt.delivery.batches
            location = sink.send(rows, plan.columns, parcel, confirmed, lambda batches: receipt.note(batches=batches))
        elif isinstance(sink, FileSink):
            file = self.render(plan, rows, output)
            size = file.stat().st_size
            _enforce(limits.max_file_size, size, "bytes", output)
            location = sink.place(file, parcel)
        else:
            raise TypeError(f"{output.connector.kind.node_type} takes neither files nor rows")
        receipt.note(status=DeliveryStatus.DELIVERED, location=location, rows=count, bytes=size, failure=None)

    def _file_name(self, plan: Plan, output: Output) -> str:
        template = output.options.file_name or getattr(output.connector.configuration, "file_name", None)
        # The moment of the execution, not of this try: a repeated delivery has the same name.
        values = plan.file_values(plan.execution.audit.created_at)
        return f"{render_file_name(template, values)}.{self._extension(output)}"

    def _extension(self, output: Output) -> str:
        own = getattr(output.connector.configuration, "file_extension", None)
        return output.options.file_extension or own or DEFAULT_EXTENSION

    def _save(self, delivery: Delivery) -> None:
        with self.store.writing() as tx:
            tx.executions.save_delivery(delivery)


@dataclass
class _Receipt:
    """A delivery under way, saved whenever more is known of it."""

    delivery: Delivery
    save: Callable[[Delivery], None]

    def note(self, **known: Any) -> None:
        """Remember what is known now beside what was known before."""
        self.delivery = replace(self.delivery, **known)
        self.save(self.delivery)


def _sent(plan: Plan, rows: Rows) -> Rows:
    return rows.head(DEVELOPER_MODE_ROWS) if plan.developer_mode else rows


def _extent(rows: Rows, time_column: str | None) -> Written:
    """How many rows there are and, where one of their columns is time, from when to when."""
    count, ends = 0, []
    for batch in rows:
        count += batch.num_rows
        if time_column is not None:
            extremes = pc.min_max(batch.column(time_column)).as_py()
            ends += [moment for moment in extremes.values() if moment is not None]
    return Written(rows=count, earliest=min(ends, default=None), latest=max(ends, default=None))


def _enforce(limit: int | None, found: int, unit: str, output: Output) -> None:
    if limit is not None and found > limit:
        raise DestinationSizeLimit(
            f"The result has {found:,} {unit}; its {output.connector.kind.node_type} destination takes {limit:,}.",
            f"Nothing was sent there. Raise the connector's limit of {unit}, or split the input.",
        )
