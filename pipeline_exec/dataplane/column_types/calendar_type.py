"""What dates, times of day and timestamps have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType, understood
from pipeline_exec.dataplane.date_formats import DateFormat, read, show, tells
from pipeline_exec.dataplane.moments import SECOND
from pipeline_exec.dataplane.text import concatenated, quoted
from pipeline_exec.model.target_model import TargetColumn


class CalendarType(CellType):
    """A type in ISO 8601 and, where that does not fit, in the column's own formats; in the first it is also shown."""

    is_ordered = True
    attributes = frozenset({"output_format", "input_formats"})
    iso: ClassVar[Sequence[DateFormat]]
    """What is read in every column."""
    regular: ClassVar[Mapping[int, pa.Scalar]] = {}
    """Of text that is all of one length, in which Arrow reads what ``iso`` does, by that length: the least value."""

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        text = column.output_format
        self._own = understood("output_format", text, self._own_format) if text else None
        others = [
            understood(f"input_formats.{number}", other, self._own_format)
            for number, other in enumerate(column.input_formats)
        ]
        self._formats = [*self.iso, *([self._own] if self._own else []), *others]
        self.expectation = " or ".join([self.expectation, *([text] if text else []), *column.input_formats])

    @abstractmethod
    def typed(self, moments: pa.TimestampArray) -> pa.Array:
        """Moments as values of the type; null where one is none."""

    @abstractmethod
    def shown_in_iso(self, values: pa.Array) -> pa.StringArray:
        """Values in ISO 8601."""

    @abstractmethod
    def refuse_unfit(self, date_format: DateFormat) -> None:
        """Raise a ``ValueError`` when the column cannot have this format."""

    def read(self, text: pa.StringArray) -> pa.Array:
        regular = _cast_regular(text, self.regular)
        return self.typed(read(text, self._formats)) if regular is None else regular.view(self.arrow_type)

    def show(self, values: pa.Array) -> pa.StringArray:
        return show(values, self._own) if self._own else self.shown_in_iso(values)

    def complaints(self, text: pa.StringArray) -> pa.StringArray:
        is_lost = pc.and_(tells(text, self._formats), read(text, self._formats).is_null())
        no_such_day = concatenated(quoted(text), f" is not {self.expectation}: there is no such day.")
        return pc.if_else(is_lost, no_such_day, super().complaints(text))

    def _own_format(self, text: str) -> DateFormat:
        own = DateFormat.parse(text)
        self.refuse_unfit(own)
        shown = show(_SAMPLE, own)
        as_iso = read(shown, self.iso)
        if as_iso.null_count == 0 and as_iso != read(shown, [own]):
            raise ValueError(f"{text!r} looks like ISO 8601 but means something else. Put its parts in another order.")
        return own


def show_seconds(values: pa.Array, whole: DateFormat, exact: DateFormat) -> pa.StringArray:
    """Times in one format where they are whole seconds, in the other where they are not."""
    microseconds = values.view(pa.int64())
    is_whole = pc.equal(pc.multiply(pc.divide(microseconds, SECOND), SECOND), microseconds)
    shown = show(values, whole)
    if is_whole.true_count + is_whole.null_count == len(values):
        return shown
    return pc.if_else(is_whole, shown, show(values, exact))


def _cast_regular(text: pa.StringArray, least_by_length: Mapping[int, pa.Scalar]) -> pa.Array | None:
    """Text as Arrow casts it, five times as fast; None where it is not all alike, or not all right."""
    lengths = pc.min_max(pc.binary_length(text))
    least = least_by_length.get(lengths["min"].as_py()) if lengths["min"] == lengths["max"] else None
    if least is None:
        return None
    try:
        values = text.cast(least.type)
    except pa.ArrowInvalid:
        return None
    # Arrow knows a year 0.
    return None if pc.less(pc.min(values), least).as_py() else values


#: A moment whose parts are all different.
_SAMPLE: Final = pa.array(["2001-02-03T04:05:06"]).cast(pa.timestamp("us"))
