"""Values as the numbers a workbook holds for them; null for those it cannot hold, which are written as text."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.numbers import NumericType
from pipeline_exec.dataplane.moments import DAY
from pipeline_exec.dataplane.output_columns import OutputColumn
from pipeline_exec.dataplane.text import keep_where

#: Excel shows no more digits, and makes zeros of the others when a cell is edited.
_DIGITS: Final = 15
#: Days from day 0 of Excel to 1970-01-01.
_EPOCH: Final = 25_569
#: 1 March 1900: Excel takes 1900 for a leap year, so that what lies before is off by a day.
_FIRST_DAY: Final = 61
#: Microseconds; Excel shows no smaller part of a second.
_MILLISECOND: Final = 1_000


def numbers(column: OutputColumn, values: pa.Array) -> pa.StringArray | None:
    """The numbers of a column's values, as XML has them; None for a column that is not of numbers, dates or times."""
    if isinstance(column.type, NumericType):
        return _plain(column.type, values)
    if pa.types.is_date(values.type):
        days = pc.add(values.cast(pa.int32()), _EPOCH)
        return keep_where(pc.greater_equal(days, _FIRST_DAY), days).cast(pa.string())
    if pa.types.is_timestamp(values.type):
        days = pc.add(_days(values), float(_EPOCH))
        return keep_where(pc.greater_equal(days, float(_FIRST_DAY)), days).cast(pa.string())
    return _days(values).cast(pa.string()) if pa.types.is_time(values.type) else None


def _plain(numeric: NumericType, values: pa.Array) -> pa.StringArray:
    plain = numeric.plain(values)
    if pa.types.is_floating(values.type):
        return plain
    digits = pc.utf8_ltrim(pc.replace_substring_regex(plain, "[-.]", ""), "0")
    return keep_where(pc.less_equal(pc.utf8_length(digits), _DIGITS), plain)


def _days(values: pa.Array) -> pa.DoubleArray:
    microseconds = values.view(pa.int64())
    is_whole = pc.equal(pc.multiply(pc.divide(microseconds, _MILLISECOND), _MILLISECOND), microseconds)
    return pc.divide(keep_where(is_whole, microseconds).cast(pa.float64(), safe=False), float(DAY))
