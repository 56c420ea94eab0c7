"""REPLACE: one text by another, wherever it stands."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from pipeline_exec.dataplane.text import CellText
from pipeline_exec.dataplane.transformations.step import LARGEST, Step


class Replace(Step):
    """Every ``old`` becomes ``new``, in upper and lower case as given."""

    old: CellText = Field(min_length=1)
    new: CellText

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        return pc.replace_substring(text, self.old, self.new)

    def size_after(self, text: pa.StringArray) -> int:
        old, new = len(self.old.encode()), len(self.new.encode())
        if_full_of_it = int(text.nbytes) * (1 + new // old)
        if if_full_of_it <= LARGEST:
            return if_full_of_it
        return int(text.nbytes) + (pc.sum(pc.count_substring(text, self.old)).as_py() or 0) * new
