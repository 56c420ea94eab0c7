"""ONE_OF: the value is in a list."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from pipeline_exec.dataplane.problems import listed
from pipeline_exec.dataplane.text import CellText, concatenated, quoted
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule, is_one_of, values_of


class OneOfCheck(Check):
    """A value is one of those allowed."""

    code = "one_of"

    def __init__(self, allowed: pa.Array, texts: Sequence[str]) -> None:
        self._allowed, self._texts = allowed, texts

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return pc.and_(cells.values.is_valid(), pc.invert(is_one_of(cells.values, self._allowed)))

    def complaints(self, cells: Cells) -> pa.StringArray:
        return concatenated(f"Must be one of {listed(self._texts)}; it is ", quoted(cells.text), ".")


class OneOfRule(Rule):
    """The values allowed, as they would stand in cells: in a column of whole numbers ``5`` allows ``05`` too."""

    code = "one_of"
    values: tuple[CellText, ...] = Field(min_length=1)

    def check(self, place: Place, /) -> Check:
        return OneOfCheck(values_of(self.values, place.type, "values"), self.values)
