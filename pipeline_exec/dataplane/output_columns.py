"""The columns of an output: their values, and their text as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.checking import KEPT
from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.formulas import neutralised
from pipeline_exec.model.target_model import TargetColumn


@dataclass(frozen=True)
class OutputColumn:
    """One column of an output."""

    target: TargetColumn
    type: CellType
    neutralise: bool = False
    """Whether text that a spreadsheet program would take for a formula gets an apostrophe in front."""

    def values(self, batch: pa.RecordBatch) -> pa.Array:
        """The typed values; null where a cell is empty or could not be read."""
        return batch.column(self.target.key)

    def kept(self, batch: pa.RecordBatch) -> pa.StringArray | None:
        """The text of erroneous cells, written in place of their value; None when there is none in the batch."""
        name = KEPT + self.target.key
        if name not in batch.schema.names:
            return None
        kept = batch.column(name)
        return self._safe(kept) if kept.null_count < len(kept) else None

    def text(self, batch: pa.RecordBatch) -> pa.StringArray:
        """What is written of each cell in the column's format; null for nothing."""
        shown = self.type.show(self.values(batch))
        # The values of other types begin with a sign at most, which is part of a number.
        shown = self._safe(shown) if self.type.arrow_type == pa.string() else shown
        kept = self.kept(batch)
        return shown if kept is None else pc.coalesce(kept, shown)

    def _safe(self, text: pa.StringArray) -> pa.StringArray:
        return neutralised(text) if self.neutralise else text


def output_columns(columns: Sequence[TargetColumn], *, neutralise: bool = False) -> list[OutputColumn]:
    """The columns, ready to be written."""
    return [OutputColumn(column, cell_type(column), neutralise) for column in columns]
