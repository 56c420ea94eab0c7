"""Attributes: what a list may be asked about, how it reads in SQL, and which values it is compared with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from operator import ge, gt, le, lt
from reprlib import repr as shown
from typing import Any, Protocol

from sqlalchemy import ColumnElement, false, not_, or_

from pipeline_exec.model.query import Operator

#: What one ``$in`` takes: well below the parameters either database takes.
_MOST_VALUES = 1000
#: What a 64-bit integer column can be compared with exactly; beyond it a float is near enough.
_LARGEST_INTEGER = 2**63 - 1


_RELATIONS: dict[Operator, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    Operator.GT: gt,
    Operator.GTE: ge,
    Operator.LT: lt,
    Operator.LTE: le,
    Operator.CONTAINS: partial(ColumnElement.icontains, autoescape=True),
    Operator.STARTS_WITH: partial(ColumnElement.istartswith, autoescape=True),
}


class Attribute(Protocol):
    """Something a list can be filtered and sorted by."""

    def holds(self, operator: Operator, value: object) -> ColumnElement[bool]:
        """Whether the comparison is true; anything but true, SQL's NULL too, means it is not.

        Raises:
            ValueError: the value cannot be compared with; the message says what is wanted.
        """

    def order(self, *, descending: bool) -> Sequence[ColumnElement[Any]]:
        """What to sort by; what has no value comes last either way.

        Raises:
            ValueError: there is no order.
        """


@dataclass(frozen=True)
class Reading:
    """An attribute read as one type."""

    expression: ColumnElement[Any]
    coerce: Callable[[object], object]
    """What a user's value is compared as; raises ValueError saying what is wanted."""
    is_text: bool = False
    is_never_null: bool = False

    def among(self, values: Iterable[object]) -> ColumnElement[bool]:
        """Whether it is one of the values."""
        wanted = [self.coerce(value) for value in values]
        return self.expression == wanted[0] if len(wanted) == 1 else self.expression.in_(wanted)

    def compares(self, operator: Operator, value: object) -> ColumnElement[bool]:
        """Whether it stands in this relation to the value."""
        return _RELATIONS[operator](self.expression, self.coerce(value))

    def order(self, *, descending: bool) -> ColumnElement[Any]:
        """How to sort by it."""
        ordered = self.expression.desc() if descending else self.expression.asc()
        # An index serves an order only where nothing is said about NULLs.
        return ordered if self.is_never_null else ordered.nulls_last()


@dataclass(frozen=True)
class Value:
    """One value, in a column or in a document; one in a document may be of several types."""

    readings: tuple[Reading, ...]
    absent: ColumnElement[bool]
    """Whether there is no value."""

    def holds(self, operator: Operator, value: object) -> ColumnElement[bool]:
        """As ``Attribute.holds``."""
        match operator:
            case Operator.EQ:
                return self._among([value])
            case Operator.IN:
                return self._among(listed(value))
            case Operator.NULL:
                return self.absent if as_flag(value) else not_(self.absent)
            case Operator.CONTAINS | Operator.STARTS_WITH:
                texts = [reading for reading in self.readings if reading.is_text]
                if not texts:
                    raise ValueError("is not text, so nothing can be searched in it")
                return or_(*(Reading(text.expression, as_text).compares(operator, value) for text in texts))
            case _:
                return self._any(lambda reading: reading.compares(operator, value))

    def order(self, *, descending: bool) -> Sequence[ColumnElement[Any]]:
        """As ``Attribute.order``."""
        return [reading.order(descending=descending) for reading in self.readings]

    def _among(self, values: Sequence[object]) -> ColumnElement[bool]:
        present = [value for value in values if value is not None]
        none = self.absent if len(present) < len(values) else false()
        if len(self.readings) == 1 and present:
            return or_(none, self.readings[0].among(present))
        return or_(none, *(self._is(value) for value in present))

    def _is(self, value: object) -> ColumnElement[bool]:
        return self._any(lambda reading: reading.among([value]))

    def _any(self, compare: Callable[[Reading], ColumnElement[bool]]) -> ColumnElement[bool]:
        """True in one of the readings; those of a type the value cannot be are left out."""
        comparisons, problems = [], []
        for reading in self.readings:
            try:
                comparisons.append(compare(reading))
            except ValueError as problem:
                problems.append(problem)
        if not comparisons:
            raise problems[0]
        return or_(*comparisons)


def text(expression: ColumnElement[str]) -> Value:
    """A column of text."""
    return _column(expression, as_text, is_text=True)


def number(expression: ColumnElement[int]) -> Value:
    """A column of numbers."""
    return _column(expression, as_number)


def flag(expression: ColumnElement[bool]) -> Value:
    """A column of truth values."""
    return _column(expression, as_flag)


def moment(expression: ColumnElement[datetime]) -> Value:
    """A column of moments."""
    return _column(expression, as_moment)


def choice(expression: ColumnElement[str], choices: type[StrEnum]) -> Value:
    """A column that holds one of a few words."""
    return _column(expression, one_of(choices), is_text=True)


def as_text(value: object) -> str:
    """The value, if it is text."""
    if not isinstance(value, str):
        raise ValueError(f"wants text, not {shown(value)}")
    return str(value)


def as_number(value: object) -> float:
    """The number a user means."""
    try:
        found = _number(value)
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"wants a number, not {shown(value)}")
    return found if abs(found) <= _LARGEST_INTEGER else float(found)


def as_flag(value: object) -> bool:
    """The truth value a user means."""
    flags = {"true": True, "1": True, "false": False, "0": False}
    found = flags.get(str(value).lower())
    if found is None:
        raise ValueError(f"wants true or false, not {shown(value)}")
    return found


def as_moment(value: object) -> datetime:
    """The moment a user means; without an offset it is in UTC."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(as_text(value))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"wants a moment such as 2024-12-31T23:59:59Z, not {shown(value)}") from None


def one_of(choices: type[StrEnum]) -> Callable[[object], str]:
    """Accepts the words of an enumeration."""

    def as_choice(value: object) -> str:
        if value not in list(choices):
            raise ValueError(f"is one of {', '.join(choices)}, not {shown(value)}")
        return str(value)

    return as_choice


def listed(value: object) -> Sequence[object]:
    """The values of a list, of text with commas, or the one value."""
    values = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    values = list(values) if isinstance(values, list | tuple | set | frozenset) else [values]
    if len(values) > _MOST_VALUES:
        raise ValueError(f"takes at most {_MOST_VALUES:,} values at once")
    return values


def _column(expression: ColumnElement[Any], coerce: Callable[[object], object], *, is_text: bool = False) -> Value:
    is_never_null = not getattr(expression, "nullable", True)
    return Value((Reading(expression, coerce, is_text, is_never_null),), expression.is_(None))


def _number(value: object) -> float:
    if isinstance(value, str):
        return int(value) if value.strip().lstrip("+-").isdecimal() else float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(value)
    return value
