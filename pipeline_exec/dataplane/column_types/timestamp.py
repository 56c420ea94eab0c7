"""Timestamps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

import pyarrow as pa

from pipeline_exec.dataplane.column_types.calendar_type import CalendarType, show_seconds
from pipeline_exec.dataplane.date_formats import ISO_DATE, ISO_TIMESTAMPS, DateFormat


class TimestampType(CalendarType):
    """A date with a time: ``2024-12-31T23:59:59.5+01:00``, with or without seconds, fraction and zone.

    Held as microseconds of UTC: what has no zone is taken as UTC, what has no time as midnight, and digits beyond
    microseconds are cut off.
    """

    name = "timestamp"
    arrow_type = pa.timestamp("us", tz="UTC")
    expectation = "a date with a time like 2024-12-31T23:59:59Z"
    iso = (ISO_DATE, *ISO_TIMESTAMPS)
    regular: ClassVar[Mapping[int, pa.Scalar]] = {
        10: pa.scalar(date.min).cast(pa.timestamp("us")),
        19: pa.scalar(date.min).cast(pa.timestamp("us")),
        20: pa.scalar(date.min).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC")),
    }

    def typed(self, moments: pa.TimestampArray) -> pa.TimestampArray:
        return moments.view(self.arrow_type)

    def shown_in_iso(self, values: pa.TimestampArray) -> pa.StringArray:
        return show_seconds(values, _WHOLE, _EXACT)

    def refuse_unfit(self, date_format: DateFormat) -> None:
        if not date_format.has_date:
            raise ValueError(f"{date_format.text!r} shows no date. Write it like DD.MM.YYYY HH:mm:ss.")


_WHOLE, _EXACT = map(DateFormat.parse, ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"))
