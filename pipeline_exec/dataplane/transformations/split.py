"""SPLIT: one part of a text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from pipeline_exec.dataplane.transformations.step import Step

MOST_PARTS = 10_000


class Split(Step):
    """The part between separators: 1 is the first, -1 the last; a part that is not there is empty."""

    separator: str = Field(min_length=1)
    part: int = Field(ge=-MOST_PARTS, le=MOST_PARTS)

    @field_validator("part")
    @classmethod
    def _parts_count_from_one(cls, part: int) -> int:
        if part == 0:
            raise ValueError("parts count from 1, and from -1 at the end; there is no part 0")
        return part

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        parts = pc.split_pattern(text, self.separator)
        offsets = parts.offsets.to_numpy()
        begin, end = offsets[:-1], offsets[1:]
        wanted = begin + self.part - 1 if self.part > 0 else end + self.part
        is_absent = (wanted < begin) | (wanted >= end)
        return parts.values.take(pa.array(np.where(is_absent, 0, wanted), mask=is_absent))
