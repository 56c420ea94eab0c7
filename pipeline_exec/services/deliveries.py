"""Deliveries: the last stage of a run. Each output gets the result once, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.errors import DestinationSizeLimit, ExecutionFailure, NotFound
from pipeline_exec.model.execution import Counts, Delivery, DeliveryStatus, Failure, Stage
from pipeline_exec.model.file_name import render_file_name
from pipeline_exec.model.identity import derived_id
from pipeline_exec.model.pipeline import DEVELOPER_MODE_ROWS
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import FileSink, Formats, Parcel, RowSink, Staging, Store
from pipeline_exec.services.lifecycle import Written
from pipeline_exec.services.plans import Output, Plan
from pipeline_exec.services.rows_files import read_rows
from pipeline_exec.services.staged import output_ref

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
        counts: Counts,
        still_ours: Callable[[], None],
        on_delivery: Callable[[Output, Delivery], None],
    ) -> Written:
        """Deliver the rows to every output that does not have them yet.

        Each output succeeds or fails on its own; the first failure is raised once all were tried.

        Args:
            plan: The attempt's plan.
            rows: As validated; iterated once for each output.
            counts: Of the validation.
            still_ours: Called before anything leaves; raises when the attempt is over.
            on_delivery: Told of every output that got the rows now.

        Raises:
            DestinationUnresponsive: an output cannot be reached.
            DestinationRefused: it says no.
            DestinationSizeLimit: it does not take that much; nothing was sent to it.
            WriteFileFailure: it was reached and the file could not be written.
        """
        sent = _sent(plan, rows)
        failures: list[ExecutionFailure] = []
        done: list[Delivery] = []
        span = _Span(plan.time_column)
        for output, delivery in self._pending(plan):
            if delivery.status is not DeliveryStatus.DELIVERED:
                still_ours()
                try:
                    delivery = self._deliver(plan, output, delivery, sent.watched(span.see), counts)
                except ExecutionFailure as error:
                    failures.append(error)
                    self._save(replace(delivery, status=DeliveryStatus.FAILED, failure=Failure.of(error)))
                    continue
                self._save(delivery)
                on_delivery(output, delivery)
            done.append(delivery)
        if failures:
            raise failures[0]
        return Written(rows=max(delivery.rows for delivery in done), earliest=span.earliest, latest=span.latest)

    def render(self, plan: Plan, rows: Rows, output: Output) -> Path:
        """The file an output receives, staged; rendered once for all outputs that receive the same."""
        extension = self._extension(output)
        ref = output_ref(plan.execution.id, plan.output_key(output), extension)
        self.formats.named(extension).write(rows, plan.columns, self.staging.place(ref), output.options)
        self.staging.keep(ref)
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
            self._render_anew(plan, output, ref)
        return self.staging.local(ref), self._file_name(plan, output)

    def _render_anew(self, plan: Plan, output: Output, ref: str) -> None:
        """Render in a folder of its own, since others may be rendering the same."""
        rows = _sent(plan, read_rows(self.staging.local(plan.rows_ref(Stage.VALIDATE))))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "output")
            self.formats.named(self._extension(output)).write(rows, plan.columns, path, output.options)
            with path.open("rb") as rendered, self.staging.writing(ref) as into:
                shutil.copyfileobj(rendered, into)

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

    def _deliver(self, plan: Plan, output: Output, delivery: Delivery, rows: Rows, counts: Counts) -> Delivery:
        limits = output.connector.limits
        _enforce(limits.max_rows, counts.total_rows, "rows", output)
        counted = _Counted()
        rows = rows.watched(counted.see)
        parcel = Parcel(
            token=derived_id(plan.execution.id, str(output.connector_id), delivery.content),
            file_name=self._file_name(plan, output),
        )
        sink, size = output.connector.port, 0
        if isinstance(sink, RowSink):
            location = sink.send(rows, plan.columns, parcel, delivery.batches, self._confirmation(delivery))
        elif isinstance(sink, FileSink):
            file = self.render(plan, rows, output)
            size = file.stat().st_size
            _enforce(limits.max_file_size, size, "bytes", output)
            location = sink.place(file, parcel)
        else:
            raise TypeError(f"{output.connector.kind.node_type} takes neither files nor rows")
        return replace(
            delivery,
            status=DeliveryStatus.DELIVERED,
            location=location,
            rows=counted.rows,
            bytes=size,
            failure=None,
        )

    def _confirmation(self, delivery: Delivery) -> Callable[[int], None]:
        return lambda batches: self._save(replace(delivery, batches=batches))

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
class _Counted:
    rows: int = 0

    def see(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows


@dataclass
class _Span:
    """The first and the last moment of a column, as its batches pass."""

    column: str | None
    moments: list[datetime] = field(default_factory=list)

    def see(self, batch: pa.RecordBatch) -> None:
        if self.column is None or not batch.num_rows:
            return
        column = batch.column(self.column)
        ends = (*self.moments, pc.min(column).as_py(), pc.max(column).as_py())
        seen = [moment for moment in ends if moment is not None]
        self.moments = [min(seen), max(seen)] if seen else []

    @property
    def earliest(self) -> datetime | None:
        return self.moments[0] if self.moments else None

    @property
    def latest(self) -> datetime | None:
        return self.moments[-1] if self.moments else None


def _sent(plan: Plan, rows: Rows) -> Rows:
    return rows.head(DEVELOPER_MODE_ROWS) if plan.developer_mode else rows


def _enforce(limit: int | None, found: int, unit: str, output: Output) -> None:
    if limit is not None and found > limit:
        raise DestinationSizeLimit(
            f"The result has {found:,} {unit}; its {output.connector.kind.node_type} destination takes {limit:,}.",
            f"Nothing was sent there. Raise the connector's limit of {unit}, or split the input.",
        )
