"""Findings: what is wrong with a cell. Data, never an exception; they travel in columns, as rows do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

FINDINGS: Final = pa.schema(
    [
        ("row", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
    ]
)
"""The 1-based row of the mapped table; the key of the target column; the text as mapped, null when the cell is empty; a
stable name of what is wrong; a sentence for whoever sent it."""


#: Characters of a message that somebody else has written: every finding has it.
LONGEST_MESSAGE: Final = 500


def findings_of(
    column: str, code: str, *, rows: pa.Int64Array, values: pa.StringArray, messages: pa.StringArray
) -> pa.RecordBatch:
    """Findings of one code in one column, a row each."""
    columns, codes = (pa.repeat(name, len(rows)) for name in (column, code))
    return pa.RecordBatch.from_arrays([rows, columns, values, codes, messages], schema=FINDINGS)


def with_message(findings: pa.RecordBatch, message: str | None) -> pa.RecordBatch:
    """The findings, each with this message where there is one."""
    if message is None:
        return findings
    place = FINDINGS.get_field_index("message")
    return findings.set_column(place, FINDINGS.field(place), pa.repeat(message, findings.num_rows))


def by_row(parts: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """All findings of the parts, row after row; those of one row in the order of the parts."""
    together = pa.concat_batches([_NONE, *parts])
    return together.take(pc.sort_indices(together.column("row")))


_NONE: Final = pa.RecordBatch.from_pylist([], schema=FINDINGS)
