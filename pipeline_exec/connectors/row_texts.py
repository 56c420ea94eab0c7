"""Rows as text, one text for each: JSON objects, or lines of CSV. Whole columns are encoded at once."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.checking import KEPT
from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.model.target_model import TargetColumn

#: What JSON strings may not hold as it is, beside quotes and backslashes: RFC 8259 section 7.
_CONTROL = r"[\x00-\x1f]"
_CONTROL_ESCAPES = {character: json.dumps(character)[1:-1] for character in map(chr, range(0x20))}
#: What makes a cell of CSV need quotes, RFC 4180 section 2.
_CSV_SPECIAL = r'[",\r\n]'


class RowTexts(ABC):
    """One way to write rows, and what stands around and between them in a body."""

    media_type: str
    before: str
    between: str
    after: str

    def __init__(self, columns: Sequence[TargetColumn]) -> None:
        self._columns = [(column.key, cell_type(column)) for column in columns]

    @abstractmethod
    def texts(self, batch: pa.RecordBatch) -> pa.StringArray:
        """The text of each row."""

    def body(self, texts: pa.StringArray) -> bytes:
        """Rows as the body of a request."""
        return (self.before + self.between.join(texts.to_pylist()) + self.after).encode()

    def _shown(self, batch: pa.RecordBatch) -> list[tuple[str, pa.Array, pa.StringArray, pa.StringArray | None]]:
        """Key, values, their text and, where erroneous cells are kept, the text of those, by column."""
        kept = {name: batch.column(name) for name in batch.schema.names if name.startswith(KEPT)}
        return [
            (key, batch.column(key), kind.show(batch.column(key)), kept.get(KEPT + key)) for key, kind in self._columns
        ]


class JsonTexts(RowTexts):
    """Objects with numbers and truth values as what they are; dates and times in ISO 8601 or their column's format.

    Numbers are written digit by digit, so that decimals stay exact; number formats are for files. An erroneous cell
    that is kept is a string.
    """

    media_type = "application/json"
    before, between, after = "[", ",", "]"

    def __init__(self, columns: Sequence[TargetColumn]) -> None:
        super().__init__([column.model_copy(update={"number_format": None}) for column in columns])

    def texts(self, batch: pa.RecordBatch) -> pa.StringArray:
        pieces: list[pa.StringArray | str] = []
        for key, values, shown, kept in self._shown(batch):
            pieces += [f"{',' if pieces else '{'}{json.dumps(key, ensure_ascii=False)}:", _json(values, shown, kept)]
        return concatenated(*pieces, "}")


class NdjsonTexts(JsonTexts):
    """The same objects, one in a line."""

    media_type = "application/x-ndjson"
    before, between, after = "", "\n", "\n"


class CsvTexts(RowTexts):
    """Lines of CSV in UTF-8 below a header, numbers and dates in the format of their column."""

    media_type = "text/csv; charset=utf-8"
    between, after = "\n", "\n"

    def __init__(self, columns: Sequence[TargetColumn]) -> None:
        super().__init__(columns)
        header = _lines([pa.array([column.key], pa.string()) for column in columns])
        self.before = header[0].as_py() + "\n"

    def texts(self, batch: pa.RecordBatch) -> pa.StringArray:
        return _lines([shown if kept is None else pc.coalesce(shown, kept) for _, _, shown, kept in self._shown(batch)])


def _json(values: pa.Array, shown: pa.StringArray, kept: pa.StringArray | None) -> pa.StringArray:
    if pa.types.is_floating(values.type):
        # Percentages are shown with their sign.
        text = values.cast(pa.string())
    else:
        text = shown if _is_bare(values.type) else _json_strings(shown)
    return pc.coalesce(text, *([] if kept is None else [_json_strings(kept)]), "null")


def _is_bare(kind: pa.DataType) -> bool:
    return bool(pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def _json_strings(text: pa.StringArray) -> pa.StringArray:
    text = pc.replace_substring(pc.replace_substring(text, "\\", "\\\\"), '"', '\\"')
    if pc.match_substring_regex(text, _CONTROL).true_count:
        for character, escape in _CONTROL_ESCAPES.items():
            text = pc.replace_substring(text, character, escape)
    return concatenated('"', text, '"')


def _lines(cells: Sequence[pa.StringArray]) -> pa.StringArray:
    quoted = [_csv_cells(pc.fill_null(column, "")) for column in cells]
    if len(quoted) == 1:
        # A blank line is no row to whoever reads it.
        return pc.if_else(pc.equal(quoted[0], ""), '""', quoted[0])
    return pc.binary_join_element_wise(*quoted, ",")


def _csv_cells(text: pa.StringArray) -> pa.StringArray:
    special = pc.match_substring_regex(text, _CSV_SPECIAL)
    if not special.true_count:
        return text
    return pc.if_else(special, concatenated('"', pc.replace_substring(text, '"', '""'), '"'), text)
