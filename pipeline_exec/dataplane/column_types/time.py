"""Times of day."""

from __future__ import annotations

import pyarrow as pa

from pipeline_exec.dataplane.column_types.calendar_type import CalendarType, show_seconds
from pipeline_exec.dataplane.date_formats import ISO_TIMES, DateFormat
from pipeline_exec.dataplane.moments import Field


class TimeType(CalendarType):
    """A time of day: ``23:59``, ``23:59:59``, ``23:59:59.5``; digits beyond microseconds are cut off."""

    name = "time"
    arrow_type = pa.time64("us")
    expectation = "a time of day like 23:59:59"
    iso = ISO_TIMES

    def typed(self, moments: pa.TimestampArray) -> pa.Time64Array:
        return moments.view(self.arrow_type)

    def shown_in_iso(self, values: pa.Time64Array) -> pa.StringArray:
        return show_seconds(values, _WHOLE, _EXACT)

    def refuse_unfit(self, date_format: DateFormat) -> None:
        if date_format.has_date or Field.OFFSET in date_format.fields:
            raise ValueError(f"{date_format.text!r} shows more than a time of day. Write it like HH:mm:ss.")


_WHOLE, _EXACT = map(DateFormat.parse, ("%H:%M:%S", "%H:%M:%S.%f"))
