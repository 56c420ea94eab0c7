"""LENGTH: how many characters a text has."""

from __future__ import annotations

from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from pipeline_exec.dataplane.text import concatenated, quoted
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule

#: As many bytes fit into a column of one batch.
MOST_CHARACTERS = 2**31 - 1


class LengthCheck(Check):
    """Not fewer characters than the least and not more than the greatest number."""

    code = "length"

    def __init__(self, least: int | None, greatest: int | None) -> None:
        self.least, self.greatest = least, greatest

    def violations(self, cells: Cells) -> pa.BooleanArray:
        length = pc.utf8_length(cells.text)
        is_short = pc.less(length, self.least or 0)
        return is_short if self.greatest is None else pc.or_(is_short, pc.greater(length, self.greatest))

    def complaints(self, cells: Cells) -> pa.StringArray:
        length = pc.utf8_length(cells.text).cast(pa.string())
        return concatenated(f"Must have {self._expected}; ", quoted(cells.text), " has ", length, ".")

    @property
    def _expected(self) -> str:
        if self.greatest is None:
            return f"at least {_characters(self.least or 0)}"
        if self.least is None:
            return f"at most {_characters(self.greatest)}"
        if self.least == self.greatest:
            return f"exactly {_characters(self.least)}"
        return f"{self.least} to {_characters(self.greatest)}"


def _characters(number: int) -> str:
    return f"{number} character{'' if number == 1 else 's'}"


class LengthRule(Rule):
    """From ``min`` to ``max`` characters in the text as mapped; one of the two is enough."""

    code = "length"
    min: int | None = Field(None, ge=0, le=MOST_CHARACTERS)
    max: int | None = Field(None, ge=0, le=MOST_CHARACTERS)

    @model_validator(mode="after")
    def _some_length_is_possible(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("LENGTH needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must not be greater than max")
        return self

    def check(self, _: Place, /) -> Check:
        return LengthCheck(self.min, self.max)
