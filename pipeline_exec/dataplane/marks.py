"""Marks: what is known of irregular rows, those with fewer or more cells than their file has columns.

They travel beside the rows as two further columns, so that no row and no cell is lost between reading and checking.
Only readers whose rows can be irregular add them; nothing else of a row's meaning depends on them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CELLS: Final = "row:cells"
"""Of a source, int32: how many cells the row has, where these are fewer than columns; null where none is missing."""
MISSING: Final = "row:missing"
"""Of a mapped table, list of int32: the 0-based places of target columns all of whose source cells are missing, null
where none is."""
SURPLUS: Final = "row:surplus"
"""Of both, string: the cells beyond the last column as they stand in the file, null where there is none."""

SOURCE_MARKS: Final = (pa.field(CELLS, pa.int32()), pa.field(SURPLUS, pa.string()))
TARGET_MARKS: Final = (pa.field(MISSING, pa.list_(pa.int32())), pa.field(SURPLUS, pa.string()))

RESERVED: Final = frozenset({CELLS, MISSING, SURPLUS})
"""Names no column of a source or target may have."""


def without_marks(schema: pa.Schema) -> list[str]:
    """The names of the columns that hold data."""
    return [name for name in schema.names if name not in RESERVED]


def missing_cells(batch: pa.RecordBatch) -> dict[int, pa.BooleanArray]:
    """Of a mapped batch: in which columns, by place, cells are missing, and true where they are."""
    if MISSING not in batch.schema.names or batch.column(MISSING).null_count == batch.num_rows:
        return {}
    marks = batch.column(MISSING)
    columns, rows = np.asarray(pc.list_flatten(marks)), np.asarray(pc.list_parent_indices(marks))
    return {int(place): _true_at(rows[columns == place], batch.num_rows) for place in np.unique(columns)}


def surplus_cells(batch: pa.RecordBatch) -> pa.StringArray | None:
    """The cells beyond the last column, null where there is none; None when no row has any."""
    surplus = batch.column(SURPLUS) if SURPLUS in batch.schema.names else None
    return surplus if surplus is not None and surplus.null_count < len(surplus) else None


def _true_at(rows: np.ndarray[tuple[int], np.dtype[np.int64]], length: int) -> pa.BooleanArray:
    is_there = np.zeros(length, np.bool_)
    is_there[rows] = True
    return pa.array(is_there)
