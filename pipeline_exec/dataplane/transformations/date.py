"""DATE: dates and times in given formats, as ISO 8601."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, Field

from pipeline_exec.dataplane.date_formats import DateFormat, read, show
from pipeline_exec.dataplane.moments import Field as MomentField
from pipeline_exec.dataplane.transformations.step import Step


def _known(text: str) -> str:
    DateFormat.parse(text)
    return text


class Date(Step):
    """What fits one of the formats becomes ISO 8601, in UTC where it has a zone; what fits none stays as it is."""

    formats: tuple[Annotated[str, AfterValidator(_known)], ...] = Field(min_length=1)

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        unread, result = text, text
        for date_format, iso in self._formats_and_iso:
            moments = read(unread, [date_format])
            is_read = moments.is_valid()
            result = pc.if_else(is_read, show(moments, iso), result)
            unread = pc.if_else(is_read, None, unread)
        return result

    @cached_property
    def _formats_and_iso(self) -> list[tuple[DateFormat, DateFormat]]:
        formats = map(DateFormat.parse, self.formats)
        return [(date_format, _iso_of(date_format)) for date_format in formats]


def _iso_of(date_format: DateFormat) -> DateFormat:
    fraction = ".%f" if MomentField.MICROSECOND in date_format.fields else ""
    zone = "Z" if MomentField.OFFSET in date_format.fields else ""
    date = "%Y-%m-%d" if date_format.has_date else ""
    time = f"%H:%M:%S{fraction}{zone}" if date_format.has_time else ""
    return DateFormat.parse("T".join(filter(None, (date, time))))
