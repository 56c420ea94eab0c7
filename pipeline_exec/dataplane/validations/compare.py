"""COMPARE: how a value stands to that of another column, or to one that is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.text import CellText, concatenated, cut, quoted
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule, values_of, wrong


class Operator(StrEnum):
    """What must hold between a value and the other."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"


@dataclass(frozen=True)
class _Relation:
    fails: Callable[[pa.Array, pa.Array | pa.Scalar], pa.BooleanArray]
    phrase: str
    needs_order: bool = True


_RELATIONS: Final = {
    Operator.EQ: _Relation(pc.not_equal, "equal to", needs_order=False),
    Operator.NE: _Relation(pc.equal, "different from", needs_order=False),
    Operator.LT: _Relation(pc.greater_equal, "less than"),
    Operator.LTE: _Relation(pc.greater, "at most"),
    Operator.GT: _Relation(pc.less_equal, "greater than"),
    Operator.GTE: _Relation(pc.less, "at least"),
}


#: Types that can be compared with each other; of two the one further behind is what both are taken as.
_FAMILIES: Final = (
    (pa.int64(), pa.decimal128(38, 9), pa.float64()),
    (pa.date32(), pa.timestamp("us", "UTC")),
)


class CompareCheck(Check):
    """A value stands so to another, that of a column or a given one; where one of them is empty nothing is compared."""

    code = "compare"

    def __init__(self, relation: _Relation, kind: pa.DataType, other: str | pa.Scalar, shown: str) -> None:
        self._relation, self._kind, self._other, self._shown = relation, kind, other, shown

    def violations(self, cells: Cells) -> pa.BooleanArray:
        other = self._other
        if isinstance(other, str):
            other = cells.beside[other].values.cast(self._kind, safe=False)
        # Not safely, or whole numbers of more than 53 bits would have no float to be compared as.
        return self._relation.fails(cells.values.cast(self._kind, safe=False), other)

    def complaints(self, cells: Cells) -> pa.StringArray:
        expected = f"Must be {self._relation.phrase} {cut(self._shown)}"
        if not isinstance(self._other, str):
            return concatenated(f"{expected}; it is ", quoted(cells.text), ".")
        other = quoted(cells.beside[self._other].text)
        return concatenated(f"{expected}, which is ", other, "; it is ", quoted(cells.text), ".")


class CompareRule(Rule):
    """How the value must stand to that of another column of a like type, or to a value given.

    A given value is written as it would stand in a cell. Where one of the two is empty nothing is compared.
    """

    code = "compare"
    operator: Operator
    column: str | None = None
    value: CellText | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _one_other(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise ValueError("COMPARE needs either a column or a value")
        return self

    def check(self, place: Place, /) -> Check:
        relation, own = _RELATIONS[self.operator], place.type
        if relation.needs_order and not own.is_ordered:
            raise wrong("operator", f"{self.operator} is for numbers and dates, not for a column of type {own.name}")
        if self.column is None:
            value = self.value or ""
            return CompareCheck(relation, own.arrow_type, values_of([value], own, "value")[0], value)
        place.others([self.column], "column")
        other = place.type_of(self.column, "column")
        kind = _common(own, other)
        if kind is None:
            raise wrong("column", f"{own.name} and {other.name} cannot be compared")
        return CompareCheck(relation, kind, self.column, self.column)


def _common(own: CellType, other: CellType) -> pa.DataType | None:
    """What the values of both are compared as; None where they are of different nature."""
    kinds = {own.arrow_type, other.arrow_type}
    if len(kinds) == 1:
        return own.arrow_type
    family = next((family for family in _FAMILIES if kinds.issubset(family)), None)
    return max(kinds, key=family.index) if family else None
