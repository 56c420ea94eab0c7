"""OPTION_MAPPING: whole texts by others."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from pipeline_exec.dataplane.text import CellText
from pipeline_exec.dataplane.transformations.step import Step


class OptionMapping(Step):
    """A cell that is one of the options becomes what it maps to, others stay; ``""`` stands for the empty cell."""

    options: dict[str, CellText] = Field(min_length=1)

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        options = pa.array(list(self.options), pa.string())
        values = pa.array(list(self.options.values()), pa.string())
        option = pc.index_in(pc.fill_null(text, ""), options)
        return pc.if_else(option.is_valid(), values.take(option), text)

    def size_after(self, text: pa.StringArray) -> int:
        return int(text.nbytes) + len(text) * max(len(value.encode()) for value in self.options.values())
