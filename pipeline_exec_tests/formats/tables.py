"""Tables to write, and tables as they were read."""

import pyarrow as pa
from hypothesis import strategies as st

from pipeline_exec.dataplane.column_types import COLUMN_TYPES
from pipeline_exec.dataplane.marks import SOURCE_MARKS, without_marks
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

#: Characters that mean something to some format, more often than chance would have them.
TROUBLE = st.sampled_from(
    [",", ";", "\t", "|", '"', "'", "\n", "\r\n", "\r", "\\", "<", "&", "=", "_x0041_", "\x00", " "]
)
TEXT = st.lists(TROUBLE | st.characters(exclude_categories=["Cs"]), max_size=6).map("".join)
CELL = st.none() | TEXT.filter(bool)


def column(key, column_type="string", **attributes):
    return TargetColumn(key=key, column_type=column_type, **attributes)


def text_columns(*keys):
    return [column(key) for key in keys]


def rows_of(columns, records, batch_rows=1_000, kept=None):
    """Typed rows; ``kept`` are the texts of erroneous cells by key."""
    kept = kept or {}
    fields = [(each.key, COLUMN_TYPES[each.column_type].arrow_type) for each in columns]
    schema = pa.schema(fields + [(f"kept:{key}", pa.string()) for key in kept])
    values = list(zip(*records, strict=True)) if records else [[] for _ in columns]
    arrays = [pa.array(cells, field.type) for cells, field in zip([*values, *kept.values()], schema, strict=True)]
    whole = pa.record_batch(arrays, schema=schema)
    return Rows(schema, (whole.slice(at, batch_rows) for at in range(0, len(records), batch_rows)))


def cells_of(rows):
    """The rows as lists of text and None, without their marks."""
    width = len(without_marks(rows.schema))
    return [
        list(row)
        for batch in rows
        for row in zip(*(column.to_pylist() for column in batch.columns[:width]), strict=True)
    ]


def marks_of(rows):
    """Of each row how many cells it has, where some are missing, and its surplus."""
    return [
        tuple(row)
        for batch in rows
        for row in zip(*(batch.column(mark.name).to_pylist() for mark in SOURCE_MARKS), strict=True)
    ]


def tables(min_rows=1):
    """Keys and records of one to four columns of any text."""
    return st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=min_rows, max_size=8)
    )
