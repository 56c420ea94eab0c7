"""CONSTANT and DEFAULT: the same text for every row, or for every empty cell."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import CellText
from pipeline_exec.dataplane.transformations.step import Step


class Constant(Step):
    """The value, whatever the source says; needs no source column."""

    needs_source: ClassVar[bool] = False
    value: CellText

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        return pa.repeat(pa.scalar(self.value, pa.string()), len(text))

    def size_after(self, text: pa.StringArray) -> int:
        return len(text) * len(self.value.encode())


class Default(Step):
    """The value where the cell is empty."""

    value: CellText

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        return pc.fill_null(text, self.value)

    def size_after(self, text: pa.StringArray) -> int:
        return int(text.nbytes) + int(text.null_count) * len(self.value.encode())
