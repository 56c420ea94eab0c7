"""The header of a sheet: which rows it is, and the name each column has by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.header import depth, locate
from pipeline_exec.formats.kinds import Kind, is_year, kind_of
from pipeline_exec.formats.workbook.sheets.merging import Range
from pipeline_exec.formats.workbook.sheets.sheet import Row

#: How many rows a header may have.
_MOST_ROWS: Final = 5


@dataclass(frozen=True)
class Heading:
    """The rows of a header."""

    first: int
    last: int
    """The 1-based numbers of its first and last row."""
    names: Sequence[str]
    """The texts of each column from top to bottom, joined by a space; a merged text belongs to all it spans."""


def find_heading(
    sample: Sequence[Row],
    merged: Sequence[Range],
    columns: range,
    wanted: Literal["auto"] | int | None,
    rows: int | None = None,
) -> Heading | None:
    """The header of a table; None when it has none.

    Groups of columns are known by their merged titles: the rows below and above such a title belong to one header.

    Args:
        sample: The first rows of the sheet.
        merged: Its merged cells.
        columns: The numbers of its columns.
        wanted: A row's 1-based number, ``auto``, or None where the sheet has no header.
        rows: How many rows the header has, that row the first of them; as many as belong together when not given.

    Raises:
        ParsingFailure: the row that is wanted is not there.
    """
    if wanted is None:
        return None
    titles = _Titles(sample, merged, columns)
    at = _located(titles) if wanted == "auto" else _numbered(sample, wanted)
    if at is None:
        return None
    return titles.heading(at) if rows is None else titles.joined(at, min(at + rows, len(sample)) - 1)


def _located(titles: _Titles) -> int | None:
    at, group = locate([_without_end(row.cells) for row in titles.rows]), titles.first_group
    return at if group is None or (at is not None and at < group) else group


def _numbered(sample: Sequence[Row], wanted: int) -> int:
    at = next((at for at, row in enumerate(sample) if row.number >= wanted), None)
    if at is None:
        raise ParsingFailure(f"The sheet has no row {wanted:,} near its beginning.", "Correct read_options.header_row.")
    return at


class _Titles:
    """The first rows of a sheet, in which a merged text stands in each of its cells."""

    def __init__(self, sample: Sequence[Row], merged: Sequence[Range], columns: range) -> None:
        numbers = {row.number: at for at, row in enumerate(sample)}
        self._columns = columns
        self._merged = [each for each in merged if each.first_row in numbers and self._is_within(each)]
        cells = [list(row.cells) for row in sample]
        for each in self._merged:
            text = cells[numbers[each.first_row]][each.first_column - columns.start]
            for number in range(each.first_row, each.last_row + 1):
                if number in numbers:
                    span = slice(each.first_column - columns.start, each.last_column - columns.start + 1)
                    cells[numbers[number]][span] = [text] * each.width
        self.rows = [Row(row.number, texts) for row, texts in zip(sample, cells, strict=True)]

    def heading(self, at: int) -> Heading:
        """The header of which this row is one."""
        first = last = at
        while first > 0 and last - first + 1 < _MOST_ROWS and self._belong_together(first - 1, first):
            first -= 1
        while last + 1 < len(self.rows) and last - first + 1 < _MOST_ROWS and self._belong_together(last, last + 1):
            last += 1
        last = last if last > first else first + depth([row.cells for row in self.rows[first:]]) - 1
        return self.joined(first, last)

    def joined(self, first: int, last: int) -> Heading:
        """The header that these rows are."""
        columns = zip(*(row.cells for row in self.rows[first : last + 1]), strict=True)
        return Heading(self.rows[first].number, self.rows[last].number, [_joined(texts) for texts in columns])

    @property
    def first_group(self) -> int | None:
        """The first row with a title over the names of several columns."""
        return next((at for at in range(len(self.rows) - 1) if self._has_groups(at, at + 1)), None)

    def _is_within(self, merged: Range) -> bool:
        """Whether merged cells are part of a table, and no title over all of it or over nothing."""
        columns = self._columns
        return (
            columns.start <= merged.first_column and merged.last_column < columns.stop and merged.width < len(columns)
        )

    def _belong_together(self, upper: int, lower: int) -> bool:
        above, below = self.rows[upper], self.rows[lower]
        if below.number != above.number + 1:
            return False
        is_shared = any(each.first_row <= above.number and below.number <= each.last_row for each in self._merged)
        return is_shared or self._has_groups(upper, lower)

    def _has_groups(self, upper: int, lower: int) -> bool:
        above, below = self.rows[upper], self.rows[lower]
        groups = (each for each in self._merged if each.first_row <= above.number <= each.last_row and each.width > 1)
        return below.number == above.number + 1 and any(
            self._has_names(each, below) for each in groups if self._is_group(each, above)
        )

    def _is_group(self, merged: Range, row: Row) -> bool:
        """Whether a merged text is one of several in its row, or leaves room before it as titles do not."""
        others = [text for text in row.cells[merged.last_column - self._columns.start + 1 :] if text.strip()]
        return merged.first_column > self._columns.start or bool(others)

    def _has_names(self, merged: Range, below: Row) -> bool:
        start = merged.first_column - self._columns.start
        cells = below.cells[start : start + merged.width]
        return all(kind_of(text) is Kind.TEXT or is_year(text) for text in cells)


def _joined(texts: Sequence[str]) -> str:
    """Texts from top to bottom; one that is merged over several rows once."""
    shown = [text.strip() for text in texts]
    kept = [text for above, text in zip(["", *shown], shown, strict=False) if text and text != above]
    return " ".join(kept) if len(texts) > 1 else texts[0]


def _without_end(cells: Sequence[str]) -> Sequence[str]:
    """The cells up to the last filled one: a sheet has no shorter rows, however few cells a title has."""
    filled = max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:filled]
