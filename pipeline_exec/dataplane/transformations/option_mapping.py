"""OPTION_MAPPING: whole texts by others."""

from __future__ import annotations

from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BeforeValidator, Field

from pipeline_exec.dataplane.text import CellText, scalar_text
from pipeline_exec.dataplane.transformations.step import Step


def text_keys(options: object) -> object:
    """The keys of an object as the texts that cells would have."""
    # YAML reads the keys of {1: active, yes: on} as a number and a truth value.
    return {scalar_text(key): value for key, value in options.items()} if isinstance(options, dict) else options


class OptionMapping(Step):
    """A cell that is one of the options becomes what it maps to, others stay; ``""`` stands for the empty cell."""

    options: Annotated[dict[str, CellText], BeforeValidator(text_keys)] = Field(min_length=1)

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        options = pa.array(list(self.options), pa.string())
        values = pa.array(list(self.options.values()), pa.string())
        option = pc.index_in(pc.fill_null(text, ""), options)
        return pc.if_else(option.is_valid(), values.take(option), text)

    def size_after(self, text: pa.StringArray) -> int:
        return int(text.nbytes) + len(text) * max(len(value.encode()) for value in self.options.values())
