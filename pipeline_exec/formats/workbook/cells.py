"""The cells of a sheet as text, in one form whatever the sheet's formats.

Whole numbers have no decimal point, others the fewest digits that mean them. Dates and times are ISO 8601, without a
time where that is midnight; durations are hours, minutes and seconds. Truth values are ``true`` and ``false``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.formats.batches import text_column

#: Up to here every whole number has a float of its own.
_EXACT: Final = 2.0**53


def cell_text(cell: object) -> str:
    """The text of a cell as the loader has it; empty for an empty one."""
    return _TEXT[type(cell)](cell)


def cells_text(cells: Sequence[object]) -> pa.StringArray:
    """The text of the cells of a column; null for empty ones."""
    kinds = set(map(type, cells))
    if kinds == {float}:
        return _numbers(pa.array(cells, pa.float64()))
    if kinds == {date}:
        return pa.array(cells, pa.date32()).cast(pa.string())
    return text_column([_TEXT[type(cell)](cell) for cell in cells])


def _numbers(values: pa.DoubleArray) -> pa.StringArray:
    is_whole = pc.and_(pc.equal(pc.floor(values), values), pc.less_equal(pc.abs(values), _EXACT))
    whole = pc.if_else(is_whole, values, None).cast(pa.int64()).cast(pa.string())
    if whole.null_count == 0:
        return whole
    return pc.coalesce(whole, pa.array([_number(cell) for cell in pc.if_else(is_whole, 0.0, values).to_pylist()]))


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) <= _EXACT else repr(cell)


def _datetime(cell: datetime) -> str:
    return cell.isoformat() if cell.time() != time() else cell.date().isoformat()


def _duration(cell: timedelta) -> str:
    seconds, sign = abs(cell) // timedelta(seconds=1), "-" if cell < timedelta() else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_TEXT: Final[Mapping[type, Callable[[Any], str]]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda cell: "true" if cell else "false",
    datetime: _datetime,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}
