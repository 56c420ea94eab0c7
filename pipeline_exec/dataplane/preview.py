"""Previews: the first rows of a table, for people."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.dataplane.text import shortened


def preview_table(batch: pa.RecordBatch, rows: int = 10) -> str:
    """The first rows as a Markdown table, without marks; long cells are cut, empty ones are empty."""
    head = batch.select(without_marks(batch.schema)).slice(0, rows)
    columns = [_cells(column) for column in head.columns]
    names = _cells(pa.array(head.schema.names, pa.string()))
    lines = [names, ["---"] * len(names), *map(list, zip(*columns, strict=True))]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(column: pa.Array) -> list[str]:
    text = pc.fill_null(shortened(column.cast(pa.string())), "")
    return [_escaped(cell) for cell in text.to_pylist()]


def _escaped(cell: str) -> str:
    # Behind a backslash a pipe is text; a line break would end the row.
    return " ".join(cell.replace("\\", "\\\\").replace("|", "\\|").splitlines())
