"""NUMBER: numbers in the notation of a country, as plain ones."""

from __future__ import annotations

import re
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from pipeline_exec.dataplane.transformations.step import Step

#: Characters that people type for one another.
_ALIKE = {" ": " \u00a0\u2009\u202f", "'": "'\u2019"}


class Number(Step):
    """``1.234,56`` with ``decimal: ","`` becomes ``1234.56``; what is no such number stays.

    A space between thousands stands for every kind of space, an apostrophe for the typographic one too.
    """

    decimal: str = Field(".", min_length=1, max_length=1)
    thousands: str | None = Field(None, max_length=1)
    """Point or comma, whichever is not the decimal, when not given; empty for none."""

    @model_validator(mode="after")
    def _separators_differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("the separators of decimals and of thousands must differ")
        if re.search(r"[0-9+-]", self.decimal + self._separators):
            raise ValueError("a digit or a sign cannot separate")
        return self

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        plain = text
        for separator in self._separators:
            plain = pc.replace_substring(plain, separator, "")
        if self.decimal != ".":
            plain = pc.replace_substring(plain, self.decimal, ".")
        return pc.if_else(pc.match_substring_regex(text, self._pattern), plain, text)

    @property
    def _separators(self) -> str:
        thousands = self.thousands if self.thousands is not None else "," if self.decimal == "." else "."
        return _ALIKE.get(thousands, thousands)

    @property
    def _pattern(self) -> str:
        whole, point = "[0-9]+", re.escape(self.decimal)
        if self._separators:
            # Groups of two before the last are how India counts.
            separator = f"[{re.escape(self._separators)}]"
            whole += f"|[0-9]{{1,3}}(?:{separator}[0-9]{{2,3}})*{separator}[0-9]{{3}}"
        return f"^[+-]?(?:(?:{whole})(?:{point}[0-9]*)?|{point}[0-9]+)$"
