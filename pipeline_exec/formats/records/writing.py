"""Record batches to JSON: whole columns become JSON texts and are joined at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.numbers import NumericType
from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.formats.columns import OutputColumn, output_columns
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

#: What a JSON string cannot hold as it stands (RFC 8259, section 7).
_SPECIAL: Final = r'["\\\x00-\x1f]'


def write_array(rows: Rows, columns: Sequence[TargetColumn], into: Path) -> None:
    """One array with an object for each row, each on its own line.

    Numbers are numbers with all their digits, true and false are themselves, everything else is text in the column's
    format; an empty cell is null.
    """
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
    keys = [f"{'{' if at == 0 else ','}{json.dumps(each.key, ensure_ascii=False)}:" for at, each in enumerate(columns)]
    for batch in rows:
        if batch.num_rows:
            pieces = [piece for key, output in zip(keys, outputs, strict=True) for piece in (key, _json(output, batch))]
            yield concatenated(*pieces, "}")


def _json(output: OutputColumn, batch: pa.RecordBatch) -> pa.StringArray:
    values, kept = output.values(batch), output.kept(batch)
    if isinstance(output.type, NumericType):
        plain = output.type.plain(values)
    elif pa.types.is_boolean(values.type):
        plain = values.cast(pa.string())
    else:
        return pc.fill_null(_strings(output.text(batch)), "null")
    return pc.fill_null(plain if kept is None else pc.coalesce(_strings(kept), plain), "null")


def _strings(text: pa.StringArray) -> pa.StringArray:
    strings = concatenated('"', text, '"')
    is_special = pc.match_substring_regex(text, _SPECIAL)
    if not is_special.true_count:
        return strings
    escaped = pa.array([encode_basestring(cell) for cell in text.filter(is_special).to_pylist()], pa.string())
    return pc.replace_with_mask(strings, pc.fill_null(is_special, False), escaped)
