"""Date formats: how dates and times are read from text and shown as text, a whole column at once.

Reading is strict: the whole text must fit, and the day must exist. What has a zone becomes UTC; what has none is taken
as it stands. ``date_spellings`` lists what may stand in a format.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.date_parts import Part
from pipeline_exec.dataplane.date_spellings import HINT, parts_of
from pipeline_exec.dataplane.moments import Field, Moments, Numbers, microseconds
from pipeline_exec.dataplane.text import Bytes, Mask, by_length

Layout = tuple[tuple[Part, int], ...]
"""The parts of a format, each with the width it takes."""


@dataclass(frozen=True)
class DateFormat:
    """One way to write dates, times or both."""

    text: str
    """As the user wrote it."""
    parts: tuple[Part, ...] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> DateFormat:
        """Understand a format.

        Raises:
            ValueError: it cannot be understood; the message is a sentence for its author.
        """
        if not text.isprintable():
            raise ValueError(f"{text!r} holds a control character. {HINT}")
        parsed = cls(text, tuple(parts_of(text)))
        parsed._refuse_nonsense()
        return parsed

    @cached_property
    def fields(self) -> frozenset[Field]:
        """What it tells."""
        return frozenset(part.field for part in self.parts if part.field)

    @property
    def has_date(self) -> bool:
        """Whether it tells a date."""
        return Field.YEAR in self.fields

    @property
    def has_time(self) -> bool:
        """Whether it tells a time of day."""
        return not self.fields.isdisjoint(_HOURS)

    @cached_property
    def layouts(self) -> Mapping[int, Sequence[Layout]]:
        """Every way to choose a width for each part, by the length of the whole."""
        by_length: defaultdict[int, list[Layout]] = defaultdict(list)
        for widths in itertools.product(*(part.widths for part in self.parts)):
            by_length[sum(widths)].append(tuple(zip(self.parts, widths, strict=True)))
        return dict(by_length)

    def _refuse_nonsense(self) -> None:
        told = [part.field for part in self.parts if part.field]
        if len(told) > len(self.fields) or self.fields >= _HOURS:
            raise ValueError(f"{self.text!r} tells the same thing twice. {HINT}")
        if not self.has_date and not self.has_time:
            raise ValueError(f"{self.text!r} tells neither a date with its year nor a time with its hour. {HINT}")
        if (Field.HALF_DAY_HOUR in told) != (Field.AFTERNOON in told):
            raise ValueError(f"{self.text!r} needs both the hour of 12 (hh) and AM or PM (A). The hour of 24 is HH.")
        for part, wholes in _NEEDS.items():
            if part in told and self.fields.isdisjoint(wholes):
                raise ValueError(f"{self.text!r} tells the {part.name.lower()} of nothing. {HINT}")


def read(text: pa.StringArray, formats: Sequence[DateFormat]) -> pa.TimestampArray:
    """Text as microseconds, each cell in the first of the formats that fits; null where none does.

    A format without a date counts from 1970-01-01.
    """
    moments: Numbers = np.zeros(len(text), np.int64)
    is_read: Mask = np.zeros(len(text), np.bool_)
    lengths = {length for each in formats for length in each.layouts}
    for places, matrix in by_length(text, lengths):
        found, is_found = _read_alike(matrix, formats)
        if len(places) == len(text):
            moments, is_read = found, is_found
        else:
            moments[places], is_read[places] = found, is_found
    return pa.array(moments, pa.int64(), mask=~is_read).view(pa.timestamp("us"))


def tells(text: pa.StringArray, formats: Sequence[DateFormat]) -> pa.BooleanArray:
    """Which cells fit one of the formats, whether there is such a day or not."""
    is_told: Mask = np.zeros(len(text), np.bool_)
    lengths = {length for each in formats for length in each.layouts}
    for places, matrix in by_length(text, lengths):
        for layout in itertools.chain.from_iterable(each.layouts.get(matrix.shape[1], ()) for each in formats):
            is_told[places] |= _fields(layout, matrix)[1]
    return pa.array(is_told)


def show(values: pa.Array, date_format: DateFormat) -> pa.StringArray:
    """Dates, times or timestamps as text; what a value does not have is that of 1970-01-01 00:00 UTC."""
    moments = Moments(_microseconds_of(values))
    matrix = np.hstack([part.show(moments) for part in date_format.parts])
    shown = _without_zeros(matrix)
    return pc.if_else(values.is_valid(), shown, None) if values.null_count else shown


def _without_zeros(matrix: Bytes) -> pa.StringArray:
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    if not matrix.all():
        is_shown = matrix != 0
        np.cumsum(is_shown.sum(axis=1), out=offsets[1:])
        matrix = matrix[is_shown]
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(matrix))


def _read_alike(matrix: Bytes, formats: Sequence[DateFormat]) -> tuple[Numbers, Mask]:
    moments, is_read = np.zeros(len(matrix), np.int64), np.zeros(len(matrix), np.bool_)
    unread = np.arange(len(matrix))
    for layout in itertools.chain.from_iterable(each.layouts.get(matrix.shape[1], ()) for each in formats):
        left = matrix if len(unread) == len(matrix) else matrix[unread]
        found, fits = _read_as(layout, left)
        if len(left) == len(matrix) and fits.all():
            return found, fits
        if fits.any():
            moments[unread], is_read[unread] = found, fits
            unread = unread[~fits]
            if not len(unread):
                break
    return moments, is_read


def _read_as(layout: Layout, matrix: Bytes) -> tuple[Numbers, Mask]:
    fields, fits = _fields(layout, matrix)
    if not fits.any():
        return np.zeros(len(matrix), np.int64), fits
    found, exists = microseconds(fields, len(matrix))
    return found, fits & exists


def _fields(layout: Layout, matrix: Bytes) -> tuple[dict[Field, Numbers], Mask]:
    """What each row tells, if it fits; whatever is told lies within its own bounds then."""
    fields: dict[Field, Numbers] = {}
    fits, start = np.ones(len(matrix), np.bool_), 0
    for part, width in layout:
        number, is_readable = part.read(matrix[:, start : start + width])
        fits &= is_readable
        if not fits.any():
            break
        start += width
        if part.field:
            fields[part.field] = number
    return fields, fits


def _microseconds_of(values: pa.Array) -> Numbers:
    moments = values if pa.types.is_time(values.type) else values.cast(pa.timestamp("us"))
    whole: Numbers = moments.view(pa.int64()).fill_null(0).to_numpy()
    return whole


def _iso(*spellings: str) -> DateFormat:
    return DateFormat("ISO 8601", tuple(itertools.chain.from_iterable(map(parts_of, spellings))))


_HOURS: Final = frozenset({Field.HOUR, Field.HALF_DAY_HOUR})
#: What a part of a date or time says nothing without.
_NEEDS: Final[Mapping[Field, frozenset[Field]]] = {
    Field.MONTH: frozenset({Field.YEAR}),
    Field.DAY: frozenset({Field.MONTH}),
    Field.MINUTE: _HOURS,
    Field.SECOND: frozenset({Field.MINUTE}),
    Field.MICROSECOND: frozenset({Field.SECOND}),
    Field.OFFSET: _HOURS,
}
_ISO_CLOCKS: Final = (("HH:mm",), ("HH:mm:ss",), ("HH:mm:ss.", "%f"))

ISO_DATE: Final = _iso("YYYY-MM-DD")
ISO_TIMES: Final = tuple(_iso(*clock) for clock in _ISO_CLOCKS)
ISO_TIMESTAMPS: Final = tuple(
    _iso("YYYY-MM-DD", separator, *clock, *zone)
    for separator in ("T", " ")
    for clock in _ISO_CLOCKS
    for zone in ((), ("Z",))
)
"""All but the date alone; a space may stand for the T."""
