"""The parts of date formats: how each is read from text and shown as text, for a whole column at once.

Text of one length is a matrix of bytes, a row for each cell. In such a matrix every part of a format stands at a fixed
place, so that reading is arithmetic on columns of bytes and no cell is looked at alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache
from typing import ClassVar, Final

import numpy as np

from pipeline_exec.dataplane.moments import Field, Moments, Numbers
from pipeline_exec.dataplane.month_names import Names
from pipeline_exec.dataplane.text import Bytes, Mask


class Part(ABC):
    """One part of a date format."""

    field: Field | None
    """What it tells; None for text that stands between."""
    widths: tuple[int, ...]
    """How many bytes it may take."""

    @abstractmethod
    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        """The number each row tells, and which rows tell one; the text is as wide as one of the widths."""

    @abstractmethod
    def show(self, moments: Moments) -> Bytes:
        """The bytes for each moment; 0 where a byte is left out."""


class Literal(Part):
    """Text that stands as it is."""

    field = None

    def __init__(self, text: str) -> None:
        self._text = text.encode()
        self.widths = (len(self._text),)

    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        return np.zeros(len(text), np.uint8), _equals(text, self._text)

    def show(self, moments: Moments) -> Bytes:
        return _repeated(self._text, len(moments))


class Digits(Part):
    """A number; shown with leading zeros up to the first of its widths."""

    field: Field
    _BOUNDS: ClassVar[Mapping[Field, tuple[int, int]]] = {
        Field.YEAR: (1, 9999),
        Field.MONTH: (1, 12),
        Field.DAY: (1, 31),
        Field.HOUR: (0, 23),
        Field.HALF_DAY_HOUR: (1, 12),
        Field.MINUTE: (0, 59),
        Field.SECOND: (0, 59),
    }

    def __init__(self, field: Field, *widths: int) -> None:
        self.field, self.widths = field, widths
        self._least, self._greatest = self._BOUNDS[field]

    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        number, is_number = _number(text)
        return number, is_number & (number >= self._least) & (number <= self._greatest)

    def show(self, moments: Moments) -> Bytes:
        return _digits(moments[self.field], max(self.widths), at_least=self.widths[0])


class ShortYear(Part):
    """The last two digits of a year: 69 to 99 lie in the last century, 00 to 68 in this one, as POSIX has it."""

    field = Field.YEAR
    widths = (2,)

    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        number, is_number = _number(text)
        return number + np.where(number < 69, np.uint16(2000), np.uint16(1900)), is_number

    def show(self, moments: Moments) -> Bytes:
        return _digits(moments[Field.YEAR] % 100, 2, at_least=2)


class Fraction(Part):
    """A fraction of a second; digits beyond microseconds are cut off. Shown with the first of its widths."""

    field = Field.MICROSECOND

    def __init__(self, *widths: int) -> None:
        self.widths = widths

    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        number, is_number = _number(text[:, :6])
        _, is_beyond = _number(text[:, 6:])
        return number.astype(np.int32) * 10 ** max(6 - text.shape[1], 0), is_number & is_beyond

    def show(self, moments: Moments) -> Bytes:
        width = self.widths[0]
        return _digits(moments[Field.MICROSECOND] // 10 ** (6 - width), width, at_least=width)


class MonthName(Part):
    """A name in one of several languages, in upper or lower case; shown in the first of them as given."""

    field = Field.MONTH

    def __init__(self, languages: Sequence[Names]) -> None:
        self._months = {
            bytes(byte | _LOWER for byte in name.encode()): month
            for names in languages
            for month, alike in enumerate(names, start=1)
            for name in alike.split("/")
        }
        self.widths = tuple(sorted({len(name) for name in self._months}))
        shown = [name.encode() for name in languages[0]]
        widest = max(map(len, shown))
        self._shown = np.array([list(name.ljust(widest, b"\0")) for name in shown], np.uint8)

    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        lower, number = _lower(text), np.zeros(len(text), np.uint8)
        for name, month in self._months.items():
            if len(name) == text.shape[1]:
                number[_equals(lower, name)] = month
                if number.all():
                    break
        return number, number > 0

    def show(self, moments: Moments) -> Bytes:
        shown: Bytes = self._shown[moments[Field.MONTH] - 1]
        return shown


class HalfDay(Part):
    """Before or after noon, in upper or lower case."""

    field = Field.AFTERNOON
    widths = (2,)

    def __init__(self, before: str, after: str) -> None:
        self._shown = np.array([list(before.encode()), list(after.encode())], np.uint8)

    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        lower = _lower(text)
        is_after = _equals(lower, b"pm")
        return is_after.astype(np.uint8), is_after | _equals(lower, b"am")

    def show(self, moments: Moments) -> Bytes:
        shown: Bytes = self._shown[moments[Field.AFTERNOON]]
        return shown


class Zone(Part):
    """An offset from UTC: ``Z``, ``+01``, ``+0100`` or ``+01:00``; shown as that of UTC."""

    field = Field.OFFSET
    widths = (1, 3, 5, 6)

    def __init__(self, utc: str) -> None:
        self._utc = utc.encode()

    def read(self, text: Bytes) -> tuple[Numbers, Mask]:
        if text.shape[1] == 1:
            return np.zeros(len(text), np.uint8), _equals(_lower(text), b"z")
        hours, are_hours = _number(text[:, 1:3])
        # The last two digits are the minutes, unless there are hours only.
        minutes, are_minutes = _number(text[:, max(text.shape[1] - 2, 3) :])
        is_west, is_east = _equals(text, b"-"), _equals(text, b"+")
        is_zone = (is_west | is_east) & are_hours & are_minutes & (hours < 24) & (minutes < 60)
        if text.shape[1] == 6:
            is_zone &= _equals(text[:, 3:], b":")
        offset = hours.astype(np.int32) * 60 + minutes
        return np.where(is_west, -offset, offset), is_zone

    def show(self, moments: Moments) -> Bytes:
        return _repeated(self._utc, len(moments))


def _equals(text: Bytes, expected: bytes) -> Mask:
    same = np.ones(len(text), np.bool_)
    for column, byte in enumerate(expected):
        same &= text[:, column] == byte
    return same


def _lower(text: Bytes) -> Bytes:
    return text | np.uint8(_LOWER)


def _repeated(text: bytes, rows: int) -> Bytes:
    return np.tile(np.frombuffer(text, np.uint8), (rows, 1))


def _number(text: Bytes) -> tuple[Numbers, Mask]:
    is_number = np.ones(len(text), np.bool_)
    number: Numbers = np.zeros(len(text), _SMALLEST[text.shape[1]])
    for column in range(text.shape[1]):
        digit = text[:, column] - np.uint8(ord("0"))
        is_number &= digit <= 9
        number *= 10
        number += digit
    return number, is_number


def _digits(numbers: Numbers, width: int, *, at_least: int) -> Bytes:
    shown: Bytes = _digits_of_all(width, at_least).take(numbers, axis=0)
    return shown


@cache
def _digits_of_all(width: int, at_least: int) -> Bytes:
    numbers = np.arange(10**width)
    shown = np.empty((len(numbers), width), np.uint8)
    for column in range(width):
        place = width - 1 - column
        digit = numbers // 10**place % 10 + ord("0")
        shown[:, column] = digit if place < at_least else np.where(numbers >= 10**place, digit, 0)
    return shown


#: This bit makes an ASCII letter lower case, and makes a letter of nothing else. So it does with the second byte of
#: letters such as É; their first, which it changes too, is told from all others still.
_LOWER: Final = 0x20
#: The narrowest type that holds a number of so many digits: the fewer bytes, the faster. What holds none may overflow.
_SMALLEST: Final = (np.uint8, np.uint8, np.uint8, np.uint16, np.uint16, np.int32, np.int32)
