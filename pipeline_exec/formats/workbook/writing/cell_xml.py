"""The cells of a column as XML (ECMA-376 part 1, 18.3.1.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.output_columns import OutputColumn
from pipeline_exec.dataplane.text import concatenated, keep_where
from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.formats.workbook.bounds import MAX_CELL_CHARS
from pipeline_exec.formats.workbook.writing.serials import numbers

#: What XML cannot hold, or would change; and what already looks like its escape (ECMA-376 part 1, 22.9.2.19).
_UNSPEAKABLE: Final = r"[\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]|_x[0-9A-Fa-f]{4}_"
_UNSPEAKABLE_CHARACTER: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_BEYOND: Final = r"[\x{10000}-\x{10FFFF}]"
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def cells(column: OutputColumn, batch: pa.RecordBatch, at: pa.StringArray, style: int) -> pa.StringArray:
    """The cells of a column; nothing for empty ones.

    Args:
        column: The column.
        batch: Its rows.
        at: Where each cell is: ``B7``.
        style: Of numbers, dates and times.

    Raises:
        WriteFileFailure: a text is longer than a cell may be.
    """
    values, kept = column.values(batch), column.kept(batch)
    kept = pa.nulls(len(values), pa.string()) if kept is None else kept
    typed = keep_where(kept.is_null(), values)
    if pa.types.is_boolean(typed.type) and not column.target.output_format:
        return pc.coalesce(_typed(at, ' t="b"', typed.cast(pa.uint8()).cast(pa.string())), text_cells(at, kept), "")
    plain = numbers(column, typed)
    if plain is None:
        return pc.coalesce(text_cells(at, column.text(batch)), "")
    others = column.type.show(keep_where(plain.is_null(), typed)) if plain.null_count > typed.null_count else kept
    return pc.coalesce(_typed(at, f' s="{style}"', plain), text_cells(at, pc.coalesce(kept, others)), "")


def text_cells(at: pa.StringArray, text: pa.StringArray, attributes: str = "") -> pa.StringArray:
    """Cells of text, which no program takes for a formula; null where the text is."""
    longest = pc.max(units(text)).as_py() or 0
    if longest > MAX_CELL_CHARS:
        place = at[pc.index(units(text), longest).as_py()]
        raise WriteFileFailure(
            f"The text for cell {place} has {longest:,} characters; a cell of a workbook takes {MAX_CELL_CHARS:,}.",
            "Shorten the column, or set output_options.file_extension to csv.",
        )
    start = f'"{attributes} t="inlineStr"><is><t xml:space="preserve">'
    return concatenated('<c r="', at, start, escaped(text), "</t></is></c>")


def units(text: pa.StringArray) -> pa.Int32Array:
    """How long each text is to a workbook, which counts characters beyond U+FFFF twice."""
    lengths = pc.utf8_length(text)
    if (pc.max(pc.binary_length(text)).as_py() or 0) <= MAX_CELL_CHARS:
        return lengths
    return pc.add(lengths, pc.count_substring_regex(text, _BEYOND))


def places(letter: str, first: int, count: int) -> pa.StringArray:
    """The places of cells below one another."""
    return concatenated(letter, pa.array(np.arange(first, first + count)).cast(pa.string()))


def row_bytes(columns: Sequence[pa.StringArray], first: int, count: int) -> memoryview:
    """Rows of such cells, from the number of the first row on."""
    return text_bytes(concatenated('<row r="', places("", first, count), '">', *columns, "</row>"))


def _typed(at: pa.StringArray, attributes: str, plain: pa.StringArray) -> pa.StringArray:
    return concatenated('<c r="', at, f'"{attributes}><v>', plain, "</v></c>")


def escaped(text: pa.StringArray) -> pa.StringArray:
    """Text as XML has it; what XML cannot hold as Office spells it."""
    is_unspeakable = pc.match_substring_regex(text, _UNSPEAKABLE)
    if is_unspeakable.true_count:
        spelled = [_UNSPEAKABLE_CHARACTER.sub(_spelled, cell) for cell in text.filter(is_unspeakable).to_pylist()]
        text = pc.replace_with_mask(text, pc.fill_null(is_unspeakable, False), pa.array(spelled, pa.string()))
    for character, entity in _ENTITIES.items():
        text = pc.replace_substring(text, character, entity)
    return text


def _spelled(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04X}_"
