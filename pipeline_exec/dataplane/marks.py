"""Marks: what is known of irregular rows, those with fewer or more cells than their file has columns.

They travel beside the rows as two further columns, so that no row and no cell is lost between reading and checking.
Only readers whose rows can be irregular add them; nothing else of a row's meaning depends on them.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

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
