"""The text of stored cells, as the sheet shows them but the same in every country.

Dates and times are ISO 8601, without a time where that is midnight; durations are hours, minutes and seconds; truth
values are ``true`` and ``false``; errors are their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated, empty_as_null
from pipeline_exec.formats.workbook.cells.format_codes import Calendar, Digits, Look, Looks
from pipeline_exec.formats.workbook.cells.number_texts import digit_texts, plain_texts
from pipeline_exec.formats.workbook.cells.serial_dates import iso_texts
from pipeline_exec.formats.workbook.cells.stored_cells import Integers, Kind, StoredCells
from pipeline_exec.model.pipeline import NumbersRead

#: Looks come behind the kinds in one numbering.
_FIRST_LOOK: Final = len(Kind)
_GENERAL: Final = (None, None)
_MIDNIGHT: Final = r"T00:00(?::00(?:\.0+)?)?Z?$"
_TRUE: Final = pa.array(["1", "true"])
_FALSE: Final = pa.array(["0", "false"])
#: What is a number to Arrow and to spreadsheet programs alike.
_NUMBER: Final = r"^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_IS_ZERO: Final = r"^[0.]*%*$"


class Shown:
    """What the cells of one workbook are read as."""

    def __init__(self, looks: Looks, shared: pa.StringArray, *, since_1904: bool, numbers: NumbersRead) -> None:
        self._shared = shared
        self._since_1904 = since_1904
        self._numbers = numbers
        known = [self._read_as(look) for look in looks] or [_GENERAL]
        self._looks: Sequence[tuple[Look, Look]] = list(dict.fromkeys([_GENERAL, *known]))
        self._look_of_style = np.array([self._looks.index(look) for look in known], np.int64)

    def texts(self, cells: StoredCells) -> pa.StringArray:
        """The text of each cell; null for nothing.

        Raises:
            pa.ArrowException: a cell does not hold what its kind says.
        """
        texts = empty_as_null(cells.texts)
        groups = self._groups(cells)
        present = np.flatnonzero(np.bincount(groups, minlength=1))
        if len(present) == 1:
            return self._group_texts(int(present[0]), texts)
        places = [np.flatnonzero(groups == group) for group in present]
        parts = [
            self._group_texts(int(group), texts.take(pa.array(at))) for group, at in zip(present, places, strict=True)
        ]
        return pa.concat_arrays(parts).take(pa.array(_inverse(np.concatenate(places))))

    def _groups(self, cells: StoredCells) -> Integers:
        """What decides how each cell is read: its kind, of numbers the look."""
        styles = np.minimum(cells.styles, len(self._look_of_style) - 1)
        return np.where(cells.kinds == Kind.NUMBER, _FIRST_LOOK + self._look_of_style[styles], cells.kinds)

    def _group_texts(self, group: int, texts: pa.StringArray) -> pa.StringArray:
        if group >= _FIRST_LOOK:
            return self._numbers_or_texts(self._looks[group - _FIRST_LOOK], texts)
        if group == Kind.SHARED:
            return empty_as_null(self._shared.take(pc.ascii_trim_whitespace(texts).cast(pa.int32())))
        if group == Kind.BOOLEAN:
            return _truths(texts)
        if group == Kind.FORMULA:
            return concatenated("=", texts.fill_null(""))
        return pc.replace_substring_regex(texts, _MIDNIGHT, "") if group == Kind.ISO_DATE else texts

    def _numbers_or_texts(self, look: tuple[Look, Look], texts: pa.StringArray) -> pa.StringArray:
        """Numbers as they are shown. What is none stays as it is: some programs write ``True`` or ``1,5`` as one."""
        try:
            return self._number_texts(look, texts)
        except pa.ArrowInvalid:
            texts = empty_as_null(pc.utf8_trim_whitespace(texts))
            is_number = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), False)
            return pc.replace_with_mask(texts, is_number, self._number_texts(look, texts.filter(is_number)))

    def _number_texts(self, look: tuple[Look, Look], texts: pa.StringArray) -> pa.StringArray:
        if look == _GENERAL:
            return plain_texts(texts)
        if isinstance(look[0], Calendar):
            shown = iso_texts(texts.cast(pa.float64()), look[0], since_1904=self._since_1904)
            shown = pc.if_else(texts.is_valid(), shown, None)
            return shown if shown.null_count == texts.null_count else pc.coalesce(shown, plain_texts(texts))
        is_negative = pc.fill_null(pc.starts_with(texts, "-"), False)
        shown = self._digits(look[0], texts, "")
        if not is_negative.true_count:
            return shown
        negative = self._digits(look[1], pc.utf8_ltrim(texts.filter(is_negative), "-"), "-")
        return pc.replace_with_mask(shown, is_negative, negative)

    def _digits(self, look: Look, texts: pa.StringArray, sign: str) -> pa.StringArray:
        if not isinstance(look, Digits):
            return concatenated(sign, plain_texts(texts))
        shown = digit_texts(texts, look, whole_look=self._numbers is NumbersRead.SHOWN)
        if self._numbers is NumbersRead.SHOWN or not sign:
            return shown
        return pc.if_else(pc.match_substring_regex(shown, _IS_ZERO), shown, concatenated(sign, shown))

    def _read_as(self, look: tuple[Look, Look]) -> tuple[Look, Look]:
        if self._numbers is not NumbersRead.EXACT:
            return look
        if look[0] is Calendar.DATE:
            return Calendar.MOMENT, Calendar.MOMENT
        return look if isinstance(look[0], Calendar) else _GENERAL


def _truths(texts: pa.StringArray) -> pa.StringArray:
    """Truth values in one spelling; what is none stays as it is."""
    words = pc.ascii_lower(texts)
    return pc.if_else(pc.is_in(words, _TRUE), "true", pc.if_else(pc.is_in(words, _FALSE), "false", texts))


def _inverse(order: Integers) -> Integers:
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse
