"""The staging between ops: rows flow into Arrow files under the key of what decided them, and back without copying."""

from __future__ import annotations

import time

import pyarrow as pa
from dagster import InputContext, IOManager, OutputContext

from pipeline_exec.model.execution import Stage
from pipeline_exec.model.rows import Rows
from pipeline_exec.orchestration.metadata import Metadata, rows_metadata
from pipeline_exec.orchestration.runs import RunAttempt
from pipeline_exec.services.attempts import Made


class StagingIOManager(IOManager):
    """Stages what ops make. The key is content, not the run: a re-execution finds what its predecessors made."""

    def __init__(self, run: RunAttempt) -> None:
        self._run = run

    def handle_output(self, context: OutputContext, obj: Made | None) -> None:
        """Consume the rows into staging; a stage's work is done here, and its typed failures come out here."""
        if obj is not None:
            with self._run.typed_failures():
                context.add_output_metadata(self._staged(obj))
        context.add_output_metadata(self._run.notes())

    def load_input(self, context: InputContext) -> Rows:
        """The rows an op made, in this run or in an earlier one of the same execution."""
        if context.upstream_output is None:
            raise TypeError("only rows made by another op are staged")
        with self._run.typed_failures():
            return self._run.attempt.staged(Stage(context.upstream_output.step_key))

    def _staged(self, made: Made) -> Metadata:
        began, first = time.monotonic(), _First()
        rows, size = self._run.attempt.stage(made.watched(first.see))
        return rows_metadata(rows, size, time.monotonic() - began, first.batch)


class _First:
    """Remembers the beginning of the first batch that passes."""

    def __init__(self) -> None:
        self.batch: pa.RecordBatch | None = None

    def see(self, batch: pa.RecordBatch) -> None:
        if self.batch is None and batch.num_rows:
            self.batch = batch.slice(0, 20)
