"""What Excel is told about how numbers and dates are shown (ECMA-376 part 1, 18.8.30)."""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline_exec.dataplane.column_types.calendar_type import CalendarType
from pipeline_exec.dataplane.column_types.date import DateType
from pipeline_exec.dataplane.column_types.float import PercentageType
from pipeline_exec.dataplane.column_types.int import IntType
from pipeline_exec.dataplane.column_types.numbers import NumberFormat, NumericType
from pipeline_exec.dataplane.column_types.time import TimeType
from pipeline_exec.dataplane.date_formats import DateFormat
from pipeline_exec.dataplane.date_parts import Digits, Fraction, HalfDay, MonthName, Part, ShortYear
from pipeline_exec.dataplane.moments import Field, Moments
from pipeline_exec.dataplane.output_columns import OutputColumn

GENERAL: Final = "General"

_LETTERS: Final = {
    Field.YEAR: "y",
    Field.MONTH: "m",
    Field.DAY: "d",
    Field.HOUR: "h",
    Field.HALF_DAY_HOUR: "h",
    Field.MINUTE: "m",
    Field.SECOND: "s",
}
#: Names of months are English whatever the language of Excel.
_ENGLISH: Final = "[$-409]"
#: These stand for themselves; a slash would become the separator of the user's country.
_PLAIN: Final = frozenset("-. :,")


def number_format(column: OutputColumn) -> str:
    """The number format of a column, as near to the column's own as Excel can."""
    if isinstance(column.type, CalendarType):
        return _calendar(column)
    return _number(column) if isinstance(column.type, NumericType) else GENERAL


def _calendar(column: OutputColumn) -> str:
    if column.target.output_format:
        parts = DateFormat.parse(column.target.output_format).parts
        language = _ENGLISH if any(isinstance(part, MonthName) for part in parts) else ""
        return language + "".join(map(_code, parts))
    if isinstance(column.type, DateType):
        return "yyyy-mm-dd"
    return "hh:mm:ss" if isinstance(column.type, TimeType) else "yyyy-mm-dd hh:mm:ss"


def _code(part: Part) -> str:
    match part:
        case Digits():
            return _LETTERS[part.field] * part.widths[0]
        case ShortYear():
            return "yy"
        case MonthName():
            return "mmm" if _shown(part) == "Jan" else "mmmm"
        case Fraction():
            return "000"
        case HalfDay():
            return "AM/PM"
        case _:
            return _literal(_shown(part))


def _shown(part: Part) -> str:
    """A part of 1 January 1970."""
    return part.show(Moments(np.zeros(1, np.int64))).tobytes().rstrip(b"\0").decode()


def _literal(text: str) -> str:
    return text if _PLAIN.issuperset(text) else '"' + text.replace('"', "") + '"'


def _number(column: OutputColumn) -> str:
    percent = '"%"' if isinstance(column.type, PercentageType) else ""
    if not column.target.number_format:
        return GENERAL + percent
    own = NumberFormat.parse(column.target.number_format)
    decimals = 0 if isinstance(column.type, IntType) else own.decimals
    return ("#,##0" if own.thousands else "0") + ("." + "0" * decimals if decimals else "") + percent
