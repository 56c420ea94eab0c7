"""Text that may be anything, and text of a certain shape."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.text import keep_where


class StringType(CellType):
    """Any text."""

    name = "string"
    expectation = "a text"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        return text

    def show(self, values: pa.StringArray) -> pa.StringArray:
        return values


class ShapedType(StringType):
    """Text that matches a pattern from its first character to its last."""

    pattern: ClassVar[str]

    def read(self, text: pa.StringArray) -> pa.StringArray:
        matches = pc.match_substring_regex(text, rf"\A(?:{self.pattern})\z")
        return text if matches.true_count == len(text) - text.null_count else keep_where(matches, text)
