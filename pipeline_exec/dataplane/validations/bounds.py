"""MIN and MAX: how small and how great a value may be."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from pipeline_exec.dataplane.text import CellText, concatenated, cut, shortened
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule, values_of, wrong


class MinCheck(Check):
    """No value is less than the bound."""

    code = "min"
    _expected = "at least"

    def __init__(self, bound: pa.Scalar, text: str) -> None:
        self.bound, self.text = bound, text

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return pc.less(cells.values, self.bound)

    def complaints(self, cells: Cells) -> pa.StringArray:
        return concatenated(f"Must be {self._expected} {cut(self.text)}; it is ", shortened(cells.text), ".")


class MaxCheck(MinCheck):
    """No value is greater than the bound."""

    code = "max"
    _expected = "at most"

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return pc.greater(cells.values, self.bound)


class MinRule(Rule):
    """The smallest number, date or time allowed, as it would stand in a cell: ``5``, ``2024-12-31``."""

    code = "min"
    value: CellText = Field(min_length=1)
    _check: ClassVar[type[MinCheck]] = MinCheck

    def check(self, place: Place, /) -> Check:
        if not place.type.is_ordered:
            name = place.type.name
            raise wrong("type", f"{self.code.upper()} is for numbers and dates, not for a column of type {name}")
        bound = values_of([self.value], place.type, "value")[0]
        return self._check(bound, self.value)


class MaxRule(MinRule):
    """The greatest number, date or time allowed."""

    code = "max"
    _check = MaxCheck
