"""ARITHMETIC: what a formula over the row comes to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

import pyarrow as pa
from pydantic import AfterValidator, Field, model_validator

from pipeline_exec.dataplane.arithmetic import Formula
from pipeline_exec.dataplane.column_names import ColumnNames
from pipeline_exec.dataplane.transformations.number import Number
from pipeline_exec.dataplane.transformations.sql import VALUE
from pipeline_exec.dataplane.transformations.step import RowFunction, RowStep, Surroundings


def _formula(text: str) -> str:
    try:
        Formula(text)
    except ValueError as error:
        raise ValueError(f"the formula {error}") from None
    return text


class Arithmetic(RowStep):
    """A formula of ``+ - * / %``, parentheses and functions over the source's columns, numbers and ``value``.

    It is computed exactly, with up to 19 digits before and 18 behind the point; what has more behind it is rounded.
    """

    expression: Annotated[str, AfterValidator(_formula)]
    decimal: str = Field(".", min_length=1, max_length=1)
    """As in NUMBER: how the source's columns write numbers. ``value`` is plain."""
    thousands: str | None = Field("", max_length=1)

    @model_validator(mode="after")
    def _is_a_notation(self) -> Arithmetic:
        Number(decimal=self.decimal, thousands=self.thousands)
        return self

    @cached_property
    def needs_source(self) -> bool:
        return any([part.lower() for part in name] == [VALUE] for name in Formula(self.expression).names)

    def prepared(self, surroundings: Surroundings) -> RowFunction:
        formula = Formula(self.expression)
        names = ColumnNames(surroundings.columns, [VALUE])
        try:
            places = {name: names.place(name) for name in formula.names}
        except ValueError as error:
            raise ValueError(f"the formula {error}") from error
        looked_at = sorted(place for place in set(places.values()) if place < len(surroundings.columns))

        def apply(text: pa.StringArray, columns: Sequence[pa.StringArray]) -> pa.StringArray:
            cells = dict(zip(looked_at, map(self._plain, columns), strict=True)) | {len(surroundings.columns): text}
            return formula.compute({name: cells[place] for name, place in places.items()}, len(text))

        return RowFunction([names.called(place) for place in looked_at], apply)

    def _plain(self, column: pa.StringArray) -> pa.StringArray:
        if self.decimal == "." and not self.thousands:
            return column
        return Number(decimal=self.decimal, thousands=self.thousands).apply(column)
