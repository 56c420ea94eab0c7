"""Dates."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.calendar_type import CalendarType
from pipeline_exec.dataplane.date_formats import ISO_DATE, ISO_TIMESTAMPS, DateFormat
from pipeline_exec.dataplane.moments import DAY
from pipeline_exec.dataplane.text import keep_where


class DateType(CalendarType):
    """A day of the years 1 to 9999: ``2024-12-31``; at midnight (``2024-12-31 00:00:00``) it is a date as well."""

    name = "date"
    arrow_type = pa.date32()
    expectation = "a date like 2024-12-31"
    iso = (ISO_DATE, *ISO_TIMESTAMPS)
    regular: ClassVar[Mapping[int, pa.Scalar]] = {10: pa.scalar(datetime.date.min, pa.date32())}

    def typed(self, moments: pa.TimestampArray) -> pa.Date32Array:
        microseconds = moments.view(pa.int64())
        days = pc.divide(microseconds, DAY)
        is_midnight = pc.equal(pc.multiply(days, DAY), microseconds)
        return keep_where(is_midnight, days).cast(pa.int32()).view(pa.date32())

    def show(self, values: pa.Date32Array) -> pa.StringArray:
        days = values.view(pa.int32())
        first, last = pc.min_max(days).as_py().values()
        if first is None or last - first >= len(values):
            return super().show(values)
        # Fewer days than rows: each day is made text once.
        calendar = pa.array(np.arange(first, last + 1, dtype=np.int32)).view(pa.date32())
        return super().show(calendar).take(pc.subtract(days, first))

    def shown_in_iso(self, values: pa.Date32Array) -> pa.StringArray:
        return values.cast(pa.string())

    def refuse_unfit(self, date_format: DateFormat) -> None:
        if not date_format.has_date:
            raise ValueError(f"{date_format.text!r} shows no date. Write it like DD.MM.YYYY.")
