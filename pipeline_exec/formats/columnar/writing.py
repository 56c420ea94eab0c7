"""Record batches to Parquet, in groups of rows of a bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from pipeline_exec.dataplane.checking import KEPT
from pipeline_exec.dataplane.output_columns import OutputColumn, output_columns
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

#: Where a group of rows ends: at so many rows, or so many bytes in memory.
_GROUP_ROWS: Final = 131_072
_GROUP_BYTES: Final = 64 * 1024**2


def write(rows: Rows, columns: Sequence[TargetColumn], into: Path, compression: str) -> None:
    """Columns of the types of the target data model: numbers, decimals, dates, times, timestamps in UTC, text.

    Where erroneous cells are kept as text, every column that may hold one is text, whether or not it does: a file's
    types depend on its pipeline and not on its data. Formats of dates and numbers are for text.
    """
    outputs = output_columns(columns)
    kept = {name.removeprefix(KEPT) for name in rows.schema.names if name.startswith(KEPT)}
    schema = pa.schema([(each.target.key, _type(each, rows.schema, kept)) for each in outputs])
    with ParquetWriter(into, schema, compression=compression) as writer:
        for group in _groups(rows):
            typed = [[_cells(each, batch, kept) for each in outputs] for batch in group]
            table = pa.Table.from_batches([pa.record_batch(cells, schema=schema) for cells in typed])
            writer.write_table(table, row_group_size=_GROUP_ROWS)


def _type(output: OutputColumn, schema: pa.Schema, kept: set[str]) -> pa.DataType:
    return pa.string() if output.target.key in kept else schema.field(output.target.key).type


def _cells(output: OutputColumn, batch: pa.RecordBatch, kept: set[str]) -> pa.Array:
    return output.text(batch) if output.target.key in kept else output.values(batch)


def _groups(rows: Rows) -> Iterator[list[pa.RecordBatch]]:
    waiting: list[pa.RecordBatch] = []
    count = size = 0
    for batch in rows:
        if not batch.num_rows:
            continue
        waiting.append(batch)
        count, size = count + batch.num_rows, size + batch.nbytes
        if count >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield waiting
            waiting, count, size = [], 0, 0
    if waiting:
        yield waiting
