"""Rows as text, one text for each: JSON objects, or lines of CSV. Whole columns are encoded at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import pyarrow as pa

from pipeline_exec.dataplane.delimited_lines import Lines
from pipeline_exec.dataplane.json_cells import json_cells, json_key
from pipeline_exec.dataplane.output_columns import output_columns
from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.model.target_model import TargetColumn

#: CSV as in RFC 4180, section 2.
_LINES = Lines()


class RowTexts(ABC):
    """One way to write rows, and what stands around and between them in a body."""

    media_type: str
    before: str
    between: str
    after: str

    def __init__(self, columns: Sequence[TargetColumn]) -> None:
        self._columns = output_columns(columns)

    @abstractmethod
    def texts(self, batch: pa.RecordBatch) -> pa.StringArray:
        """The text of each row."""

    def body(self, texts: pa.StringArray) -> bytes:
        """Rows as the body of a request."""
        return (self.before + self.between.join(texts.to_pylist()) + self.after).encode()


class JsonTexts(RowTexts):
    """Objects with numbers and truth values as what they are, and everything else as text in its column's format.

    Numbers are written digit by digit, so that decimals stay exact; number formats are for files.
    """

    media_type = "application/json"
    before, between, after = "[", ",", "]"

    def texts(self, batch: pa.RecordBatch) -> pa.StringArray:
        pieces: list[pa.StringArray | str] = []
        for column in self._columns:
            key = json_key(column.target.key)
            cells = json_cells(column.type, column.values(batch), column.kept(batch))
            pieces += [f"{',' if pieces else '{'}{key}:", cells]
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
        header = _LINES.of([pa.array([column.key], pa.string()) for column in columns])
        self.before = f"{header[0].as_py()}\n"

    def texts(self, batch: pa.RecordBatch) -> pa.StringArray:
        return _LINES.of([column.text(batch) for column in self._columns])
