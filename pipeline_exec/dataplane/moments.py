"""Moments: points in time of a whole column at once, put together from fields and taken apart into them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipeline_exec.dataplane.text import Mask

Numbers = npt.NDArray[np.integer]
"""Whole numbers; fields may be as narrow as their bounds allow, moments have 64 bits."""

SECOND = 1_000_000
"""Microseconds."""
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Field(Enum):
    """What a moment is made of."""

    YEAR = auto()
    MONTH = auto()
    DAY = auto()
    HOUR = auto()
    HALF_DAY_HOUR = auto()
    """1 to 12."""
    AFTERNOON = auto()
    """0 or 1."""
    MINUTE = auto()
    SECOND = auto()
    MICROSECOND = auto()
    OFFSET = auto()
    """Minutes that the clock is ahead of UTC."""


class Moments:
    """Microseconds since 1970-01-01 UTC, taken apart."""

    def __init__(self, microseconds: Numbers) -> None:
        self._days, self._time = np.divmod(microseconds, DAY)

    def __len__(self) -> int:
        return len(self._days)

    def __getitem__(self, field: Field) -> Numbers:
        """The field of every moment; its offset is 0."""
        match field:
            case Field.YEAR:
                return self._months // 12
            case Field.MONTH:
                return self._months % 12 + 1
            case Field.DAY:
                return self._days - _first_day(self._months) + 1
            case Field.HALF_DAY_HOUR:
                return (self[Field.HOUR] + 11) % 12 + 1
            case Field.AFTERNOON:
                return self[Field.HOUR] // 12
            case Field.OFFSET:
                return np.zeros(len(self), np.int64)
            case _:
                unit, modulus = _CLOCK[field]
                return self._time // unit % modulus

    @cached_property
    def _months(self) -> Numbers:
        return _month(self._days)


def microseconds(fields: Mapping[Field, Numbers], rows: int) -> tuple[Numbers, Mask]:
    """Moments as microseconds since 1970-01-01 UTC, and where there is such a moment: there is no 31 February.

    Args:
        fields: What is known, each within its own bounds; an absent one is that of 1970-01-01 00:00.
        rows: How many moments.
    """
    days, exists = _days(fields, rows)
    moments = days * np.int64(DAY)
    for field, (unit, _) in _CLOCK.items():
        if field in fields:
            moments += fields[field] * np.int64(unit)
    if Field.HALF_DAY_HOUR in fields:
        moments += (fields[Field.HALF_DAY_HOUR] % 12 + fields[Field.AFTERNOON] * 12) * np.int64(HOUR)
    if Field.OFFSET in fields:
        moments -= fields[Field.OFFSET] * np.int64(MINUTE)
        # An offset may lead out of the years a date can have.
        exists &= (moments >= _FIRST) & (moments <= _LAST)
    return moments, exists


def _days(fields: Mapping[Field, Numbers], rows: int) -> tuple[Numbers, Mask]:
    exists = np.ones(rows, np.bool_)
    if Field.YEAR not in fields:
        return np.zeros(rows, np.int32), exists
    months = fields[Field.YEAR] * np.int32(12)
    if Field.MONTH in fields:
        months += fields[Field.MONTH]
        months -= 1
    days = _first_day(months)
    if Field.DAY in fields:
        exists = fields[Field.DAY] <= _DAYS.take(months, mode="clip")
        days += fields[Field.DAY]
        days -= 1
    return days, exists


def _first_day(months: Numbers) -> Numbers:
    days: Numbers = _FIRST_DAYS.take(months, mode="clip")
    return days


def _month(days: Numbers) -> Numbers:
    # 400 years have 4,800 months and 146,097 days, so that this guess is one off at most.
    months: Numbers = (days - _FIRST_DAYS[0]) * 4800 // 146_097
    months -= days < _first_day(months)
    months += days >= _first_day(months + 1)
    return months


#: The day each month begins, by the number of months since year 0. NumPy's own calendar takes three times as long.
_FIRST_DAYS = np.arange("0000-01", "10000-02", dtype="M8[M]").astype("M8[D]").astype(np.int64).astype(np.int32)
#: How many days each of these months has.
_DAYS = np.diff(_FIRST_DAYS).astype(np.uint8)
#: Unit in microseconds and how many of them there are.
_CLOCK = {
    Field.HOUR: (HOUR, 24),
    Field.MINUTE: (MINUTE, 60),
    Field.SECOND: (SECOND, 60),
    Field.MICROSECOND: (1, SECOND),
}
_FIRST = int(np.datetime64("0001-01-01T00:00:00", "us").astype(np.int64))
_LAST = int(np.datetime64("9999-12-31T23:59:59.999999", "us").astype(np.int64))
