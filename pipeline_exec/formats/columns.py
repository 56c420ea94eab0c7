"""The columns of an output: their values, and their text as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.checking import KEPT
from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.model.target_model import TargetColumn


@dataclass(frozen=True)
class OutputColumn:
    """One column of an output."""

    target: TargetColumn
    type: CellType

    def values(self, batch: pa.RecordBatch) -> pa.Array:
        """The typed values; null where a cell is empty or could not be read."""
        return batch.column(self.target.key)

    def kept(self, batch: pa.RecordBatch) -> pa.StringArray | None:
        """The text of erroneous cells, written in place of their value; None when there is none in the batch."""
        name = KEPT + self.target.key
        if name not in batch.schema.names:
            return None
        kept = batch.column(name)
        return kept if kept.null_count < len(kept) else None

    def text(self, batch: pa.RecordBatch) -> pa.StringArray:
        """What is written of each cell in the column's format; null for nothing."""
        shown = self.type.show(self.values(batch))
        kept = self.kept(batch)
        return shown if kept is None else pc.coalesce(kept, shown)


def output_columns(columns: Sequence[TargetColumn]) -> list[OutputColumn]:
    """The columns, ready to be written."""
    return [OutputColumn(column, cell_type(column)) for column in columns]
