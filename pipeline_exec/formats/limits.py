"""How much one file may hold: what a deployment sets, enforced as rows pass, and what is not for it to set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.errors import ParsingFailure
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.rows import Rows

#: Characters of one JSON record. A record is the smallest unit held in memory.
MAX_RECORD_CHARS: Final = 64 * 1024**2

#: Below this size unpacked, no ratio does harm.
UNSUSPICIOUS_BYTES: Final = 64 * 1024**2


def within(rows: Rows, limits: ReadLimits) -> Rows:
    """The same rows as long as they are within the limits on rows, columns and the length of cells.

    Raises:
        ParsingFailure: at once for columns, while iterating for the others; it names where, the limit and its setting.
    """
    width = len(without_marks(rows.schema))
    if width > limits.max_columns:
        raise ParsingFailure(
            f"The file has {width:,} columns; at most {limits.max_columns:,} are read.",
            "Check its delimiter, split it, or raise PIPELINE_EXEC_MAX_COLUMNS.",
        )
    return Rows(rows.schema, _Within(rows, limits))


@dataclass(frozen=True)
class _Within:
    rows: Rows
    limits: ReadLimits

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        count = 0
        for batch in self.rows:
            _check_cells(batch, count, self.limits.max_cell_length)
            count += batch.num_rows
            if count > self.limits.max_rows:
                raise ParsingFailure(
                    f"The file has more than {self.limits.max_rows:,} rows of data.",
                    "Split it, or raise PIPELINE_EXEC_MAX_ROWS.",
                )
            yield batch


def _check_cells(batch: pa.RecordBatch, above: int, longest: int) -> None:
    # No cell is longer than all of them together, and characters are never more than bytes.
    if batch.nbytes <= longest:
        return
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if not pa.types.is_string(column.type) or (pc.max(pc.binary_length(column)).as_py() or 0) <= longest:
            continue
        lengths = pc.utf8_length(column)
        if (length := pc.max(lengths).as_py() or 0) > longest:
            row = above + pc.index(lengths, length).as_py() + 1
            raise ParsingFailure(
                f"Row {row:,} of data has {length:,} characters in column {name!r}; at most {longest:,} are read.",
                "Look for a quotation mark that is never closed, or raise PIPELINE_EXEC_MAX_CELL_LENGTH.",
            )
