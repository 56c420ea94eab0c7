"""Record batches to JSON: whole columns become JSON texts and are joined at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from pipeline_exec.dataplane.json_cells import json_cells, json_key
from pipeline_exec.dataplane.output_columns import output_columns
from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn


def write_array(rows: Rows, columns: Sequence[TargetColumn], into: Path) -> None:
    """One array with an object for each row, each on its own line; cells as ``json_cells`` has them."""
    with into.open("wb") as file:
        file.write(b"[")
        separator = "\n"
        for objects in _objects(rows, columns):
            first, others = objects.slice(0, 1), objects.slice(1)
            file.write(text_bytes(concatenated(separator, first)))
            file.write(text_bytes(concatenated(",\n", others)))
            separator = ",\n"
        file.write(b"\n]\n")


def write_lines(rows: Rows, columns: Sequence[TargetColumn], into: Path) -> None:
    """An object for each row, each on its own line; as in ``write_array``."""
    with into.open("wb") as file:
        for objects in _objects(rows, columns):
            file.write(text_bytes(concatenated(objects, "\n")))


def _objects(rows: Rows, columns: Sequence[TargetColumn]) -> Iterator[pa.StringArray]:
    outputs = output_columns(columns)
    keys = [f"{'{' if at == 0 else ','}{json_key(column.key)}:" for at, column in enumerate(columns)]
    for batch in rows:
        if batch.num_rows:
            cells = (json_cells(output.type, output.values(batch), output.kept(batch)) for output in outputs)
            yield concatenated(*(piece for pair in zip(keys, cells, strict=True) for piece in pair), "}")
