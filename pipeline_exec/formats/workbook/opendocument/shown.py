"""The text of the cells of OpenDocument, in the same form as that of other workbooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated, empty_as_null
from pipeline_exec.formats.workbook.cells.number_texts import plain_texts
from pipeline_exec.formats.workbook.opendocument.digits_shown import digits_shown
from pipeline_exec.formats.workbook.opendocument.document_cells import DocumentCells, Kind
from pipeline_exec.model.pipeline import NumbersRead

_MIDNIGHT: Final = r"T00:00(?::00(?:\.0+)?)?$"
#: ISO 8601 durations as programs write them.
_DURATION: Final = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")


@dataclass(frozen=True)
class Shown:
    """What the cells of a document are read as."""

    numbers: NumbersRead
    longest: int
    """Characters of a cell at most."""

    def texts(self, cells: DocumentCells) -> pa.StringArray:
        """The text of each cell; null for nothing.

        Raises:
            ValueError: a cell does not hold what its kind says, or is too long.
        """
        self._refuse_long(cells.shown)
        self._refuse_long(cells.values)
        shown = empty_as_null(cells.shown)
        texts = pc.coalesce(shown, empty_as_null(cells.values))
        for kind in np.unique(cells.kinds[cells.kinds > 0]).tolist():
            is_kind = pa.array((cells.kinds == kind) & cells.values.is_valid().to_numpy(zero_copy_only=False))
            read = self._read(Kind(kind), cells.values.filter(is_kind), shown.filter(is_kind))
            texts = pc.replace_with_mask(texts, is_kind, read)
        return texts

    def _refuse_long(self, texts: pa.StringArray) -> None:
        if (pc.max(pc.binary_length(texts)).as_py() or 0) > self.longest < (pc.max(pc.utf8_length(texts)).as_py() or 0):
            raise ValueError("a cell that is too long")

    def _read(self, kind: Kind, values: pa.StringArray, shown: pa.StringArray) -> pa.StringArray:
        match kind:
            case Kind.DATE:
                return empty_as_null(pc.replace_substring_regex(values, _MIDNIGHT, ""))
            case Kind.TIME:
                return pc.coalesce(_clocks(values), shown)
            case Kind.BOOLEAN:
                return empty_as_null(values)
            case Kind.FORMULA:
                return concatenated("=", values)
            case _:
                return self._numbers(values, shown, is_percentage=kind is Kind.PERCENTAGE)

    def _numbers(self, values: pa.StringArray, shown: pa.StringArray, *, is_percentage: bool) -> pa.StringArray:
        if self.numbers is NumbersRead.EXACT:
            return plain_texts(values)
        read = shown if self.numbers is NumbersRead.SHOWN else digits_shown(values, shown, is_percentage=is_percentage)
        is_missing = read.is_null()
        return pc.replace_with_mask(read, is_missing, plain_texts(values.filter(is_missing)))


def _clocks(durations: pa.StringArray) -> pa.StringArray:
    """Durations as hours, minutes and seconds; null for what is none."""
    distinct = durations.dictionary_encode()
    return pa.array(map(_clock, distinct.dictionary.to_pylist()), pa.string()).take(distinct.indices)


def _clock(duration: str) -> str | None:
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups(default="0")
    rest = f".{fraction}" if fraction.strip("0") else ""
    return f"{sign.strip('0')}{int(days) * 24 + int(hours):02}:{int(minutes):02}:{int(seconds):02}{rest}"
