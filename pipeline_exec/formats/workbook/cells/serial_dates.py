"""Days and parts of days, as workbooks count them, in ISO 8601."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.formats.workbook.cells.format_codes import Calendar

#: Days from day 0 of Excel to 1970-01-01, and the days between day 0 of Excel for Windows and of the first for Mac.
_EPOCH: Final = 25_569
SINCE_1904: Final = 1_462
#: Excel takes 1900 for a leap year: before its 29 February, which is day 60, each day counts one less.
_LEAP_DAY: Final = 60
_LEAP_DATE: Final = "1900-02-29"
#: The day behind 31 December 9999.
_END: Final = 2_958_466
_SECONDS: Final = 86_400


def iso_texts(serials: pa.DoubleArray, calendar: Calendar, *, since_1904: bool) -> pa.StringArray:
    """Serial numbers as text: null where one is no day that a workbook can show.

    A moment at midnight is its date. Parts of a second stand only where there are any; there are none below a
    thousandth. Durations are hours, minutes and seconds.
    """
    values = serials.to_numpy(zero_copy_only=False)
    milliseconds = np.rint(np.where(np.isfinite(values), values, -1.0).clip(-1e9, 1e9) * (_SECONDS * 1000.0)).astype(
        np.int64
    )
    if calendar is Calendar.DURATION:
        return _durations(milliseconds)
    if since_1904:
        milliseconds += SINCE_1904 * _SECONDS * 1000
    days, within = np.divmod(milliseconds, _SECONDS * 1000)
    is_shown = pa.array((days >= 0) & (days < _END))
    if calendar is Calendar.TIME:
        return pc.if_else(is_shown, _times(within), None)
    dates = pa.array((days + (days < _LEAP_DAY) - _EPOCH).astype(np.int32)).cast(pa.date32()).cast(pa.string())
    if (is_leap_day := days == _LEAP_DAY).any():
        dates = pc.if_else(pa.array(is_leap_day), _LEAP_DATE, dates)
    if calendar is Calendar.MOMENT and within.any():
        dates = pc.if_else(pa.array(within == 0), dates, concatenated(dates, "T", _times(within)))
    return pc.if_else(is_shown, dates, None)


def _times(milliseconds: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.StringArray:
    fractions = milliseconds % 1000
    whole = pa.array((milliseconds // 1000).astype(np.int32)).cast(pa.time32("s")).cast(pa.string())
    if not fractions.any():
        return whole
    exact = pa.array(milliseconds.astype(np.int32)).cast(pa.time32("ms")).cast(pa.string())
    return pc.if_else(pa.array(fractions == 0), whole, exact)


def _durations(milliseconds: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.StringArray:
    seconds = np.rint(np.abs(milliseconds) / 1000).astype(np.int64)
    signs = pc.if_else(pa.array((milliseconds < 0) & (seconds > 0)), "-", "")
    parts = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    hours, minutes, rest = (pc.utf8_lpad(pa.array(part).cast(pa.string()), 2, "0") for part in parts)
    return concatenated(signs, hours, ":", minutes, ":", rest)
