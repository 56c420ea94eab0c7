"""Tables to write, and tables as they were read."""

import pyarrow as pa

from pipeline_exec.dataplane.column_types import COLUMN_TYPES
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn


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
    """The rows as lists of text and None."""
    return [list(row) for batch in rows for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)]
