"""CASE: upper, lower or title case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.transformations.step import Step


class Case(Step):
    """Letters of every script in the case asked for."""

    to: Literal["upper", "lower", "title"]

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        return _CASES[self.to](text)


_CASES: Mapping[str, Callable[[pa.StringArray], pa.StringArray]] = {
    "upper": pc.utf8_upper,
    "lower": pc.utf8_lower,
    "title": pc.utf8_title,
}
