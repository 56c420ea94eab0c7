"""Cells as an OpenDocument file stores them: some of them stand for several, and say what is shown of their value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS
from pipeline_exec.formats.workbook.cells.stored_cells import Integers
from pipeline_exec.formats.workbook.sheets.merging import Range


class Kind(IntEnum):
    """What the value of a cell means (ODF 1.3 part 3, 19.387)."""

    TEXT = 0
    NUMBER = 1
    PERCENTAGE = 2
    DATE = 3
    TIME = 4
    BOOLEAN = 5
    FORMULA = 6
    """A formula of which no value is stored, without what stands in front of it."""


#: By the attribute ``office:value-type``; that of any other cell is what it shows.
KINDS: Final = {
    "string": Kind.TEXT,
    "float": Kind.NUMBER,
    "currency": Kind.NUMBER,
    "percentage": Kind.PERCENTAGE,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "boolean": Kind.BOOLEAN,
}
#: The attribute that has the value, by its kind, without the prefix ``office:``.
VALUES: Final = {
    Kind.TEXT: "string-value",
    Kind.NUMBER: "value",
    Kind.PERCENTAGE: "value",
    Kind.DATE: "date-value",
    Kind.TIME: "time-value",
    Kind.BOOLEAN: "boolean-value",
}

#: What a formula begins with: the name of its language, and the sign that it is one (ODF 1.3 part 3, 19.646).
_IN_FRONT: Final = r"^(?:[A-Za-z_][\w.-]*:)?="


@dataclass(frozen=True)
class DocumentCells:
    """Cells of whole rows, row after row."""

    rows: Integers
    """The 1-based number of each cell's row, the first where it stands for several."""
    heights: Integers
    """In how many rows it stands."""
    columns: Integers
    """The 1-based number of its first column."""
    widths: Integers
    """In how many columns it stands."""
    kinds: npt.NDArray[np.uint8]
    values: pa.StringArray
    """Null where there is none."""
    shown: pa.StringArray
    spans: Mapping[int, tuple[int, int]]
    """How many rows and columns a cell is merged over, by its 0-based place among these; those that are."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_blank(self) -> npt.NDArray[np.bool_]:
        """Of each cell, whether it has neither a value nor anything to show."""
        lengths = pc.add(pc.fill_null(pc.binary_length(self.values), 0), pc.binary_length(self.shown))
        is_blank: npt.NDArray[np.bool_] = lengths.to_numpy() == 0
        return is_blank

    def with_formulas(self, formulas: pa.StringArray) -> DocumentCells:
        """The same cells, those in which nothing stands but a formula marked as such.

        Args:
            formulas: That of each cell; null where there is none, or its value is a text, which may be empty.
        """
        if formulas.null_count == len(formulas):
            return self
        is_unstored = pc.and_(pa.array(self.is_blank), formulas.is_valid())
        return replace(
            self,
            kinds=np.where(is_unstored, np.uint8(Kind.FORMULA), self.kinds),
            values=pc.if_else(is_unstored, pc.replace_substring_regex(formulas, _IN_FRONT, ""), self.values),
        )

    def after(self, row: int) -> DocumentCells:
        """Those of later rows."""
        first = int(np.searchsorted(self.rows, row, side="right"))
        return DocumentCells(
            self.rows[first:],
            self.heights[first:],
            self.columns[first:],
            self.widths[first:],
            self.kinds[first:],
            self.values[first:],
            self.shown[first:],
            {at - first: span for at, span in self.spans.items() if at >= first},
        )


@dataclass(frozen=True)
class RepeatedTexts:
    """Filled cells of whole rows as text, each of which may stand for several."""

    rows: Integers
    heights: Integers
    columns: Integers
    widths: Integers
    texts: pa.StringArray
    """None is null."""

    @classmethod
    def of(cls, cells: DocumentCells, texts: pa.StringArray) -> RepeatedTexts:
        """The cells of which there is text."""
        return cls(cells.rows, cells.heights, cells.columns, cells.widths, texts).where(texts.is_valid())

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, is_kept: pa.BooleanArray) -> RepeatedTexts:
        """Those of them for which this is true."""
        if is_kept.true_count == len(self):
            return self
        at = np.flatnonzero(is_kept)
        return RepeatedTexts(
            self.rows[at], self.heights[at], self.columns[at], self.widths[at], self.texts.filter(is_kept)
        )

    @property
    def count(self) -> int:
        """How many cells they stand for."""
        return int((self.heights * self.widths).sum())

    def check_bounds(self) -> None:
        """Refuse cells beyond the bounds of a sheet.

        Raises:
            ValueError: there are such cells.
        """
        rows, columns = self.rows + self.heights - 1, self.columns + self.widths - 1
        if rows.max(initial=0) > MAX_ROWS or columns.max(initial=0) > MAX_SHEET_COLUMNS:
            raise ValueError("more rows or columns than a sheet has")

    def parts(self, most: int) -> Iterator[RepeatedTexts]:
        """The same cells, each part of them standing for about as many as this at most."""
        if self.count <= most:
            yield self
            return
        for row in np.unique(self.rows):
            yield from _by_height(self.where(pa.array(self.rows == row)), most)

    def spread(self) -> tuple[Integers, Integers, pa.StringArray]:
        """Row, column and text of every cell they stand for; rows do not fall."""
        if self.count == len(self.rows):
            return self.rows, self.columns, self.texts
        sizes = self.heights * self.widths
        each = np.repeat(np.arange(len(sizes)), sizes)
        within = np.arange(len(each)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        down, across = np.divmod(within, self.widths[each])
        rows = self.rows[each] + down
        order = np.argsort(rows, kind="stable")
        return rows[order], (self.columns[each] + across)[order], self.texts.take(pa.array(each[order]))


def merged(cells: DocumentCells, texts: pa.StringArray) -> Iterator[Range]:
    """The cells that are one, if text stands in them."""
    for at, (height, width) in cells.spans.items():
        if texts[at].is_valid:
            row, column = int(cells.rows[at]), int(cells.columns[at])
            yield Range(row, column, row + height - 1, column + width - 1)


def _by_height(row: RepeatedTexts, most: int) -> Iterator[RepeatedTexts]:
    """The cells of one row in parts of fewer rows."""
    step = max(1, most // int(row.widths.sum()))
    for above in range(0, int(row.heights[0]), step):
        yield replace(row, rows=row.rows + above, heights=np.minimum(row.heights - above, step))
