"""Where the first table of a file ends: at a second table, and above what is written below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice
from operator import attrgetter
from typing import Final

import numpy as np

from pipeline_exec.formats.delimited.dialect import Dialect
from pipeline_exec.formats.delimited.records import Record, Splitter
from pipeline_exec.formats.kinds import Kind, kind_of

#: Bytes behind a blank line that are looked at, and how many blank lines of a block are.
_GLANCE: Final = 16 * 1024
_MOST_BLANKS: Final = 50
#: A line without any cell that holds something, and how it may begin.
_BLANK: Final = re.compile(rb"[ \t,;|]*(?:\r\n|\n|\r)")
_BLANK_BEGINS: Final = np.isin(np.arange(256), list(b" \t,;|\r\n"))
#: How many records may be below a table.
_MOST_BELOW: Final = 20
#: Columns, below which a row with one cell is not unlike the others.
_WIDE: Final = 3
_TOTAL: Final = re.compile(
    r"(?:grand |sub)?totals?\b|sum(?:me)?\b|(?:gesamt|zwischen)(?:summe)?\b|insgesamt\b|totaal\b|totale?\b|"
    r"(?:sous-)?total\b|итого\b|всего\b|toplam\b|suma\b|razem\b|合計|总计|總計",
    re.IGNORECASE,
)


class Ending:
    """Recognises what does not belong to the first table, by its columns."""

    def __init__(self, dialect: Dialect, longest: int) -> None:
        self._dialect = dialect
        self._longest = longest

    def repeats_header(self, cells: Sequence[str]) -> bool:
        """Whether a row is the header again, or that of a table with some columns more or fewer."""
        names = self._dialect.header
        shared = min(len(names), len(cells))
        if shared < max(2, len(names) / 2):
            return len(names) == 1 == len(cells) and cells[0] == names[0] and bool(names[0].strip())
        return list(cells[:shared]) == list(names[:shared]) and sum(1 for name in names[:shared] if name.strip()) > 1

    def table_behind_blank(self, block: bytes) -> int | None:
        """Where a second table begins that stands behind a blank line; None when none does."""
        for blank in islice(_blanks(block), _MOST_BLANKS):
            if self._is_quoted(block, blank):
                continue
            glance = block[blank : blank + _GLANCE].decode(errors="ignore")
            records = self._records(glance, whole=blank + _GLANCE >= len(block))
            filled = list(dropwhile(attrgetter("is_empty"), records))
            if filled and self._begins_table([record for record in filled if not record.is_empty]):
                return blank + len(glance[: filled[0].start].encode())
        return None

    def begins_run(self, rows: Sequence[tuple[int, Sequence[str]]], last: int) -> int | None:
        """Which of the irregular rows begins a second table that stands behind no blank line.

        Args:
            rows: The irregular rows of a block, each with its number among all.
            last: The number of the last row of the block.
        """
        first = len(rows)
        while first and rows[first - 1][0] == last - (len(rows) - first):
            first -= 1
        run = [cells for _, cells in rows[first:]]
        for at, cells in enumerate(run[:-1]):
            below = run[at + 1 :]
            if self._is_header_of(cells, below):
                return first + at
        return None

    def below(self, text: str, given: int | None) -> tuple[int, list[str]]:
        """Where in the text of the last rows that begins which is no data: totals, signatures, remarks.

        Args:
            text: The last rows.
            given: How many of them are no data; None to find out.

        Returns:
            The place, which is the end of the text when all is data, and the records behind it.
        """
        records = [record for record in self._records_to_end(text) if record.end > record.start]
        at = place = len(records)
        while at and len(records) - at < _MOST_BELOW if given is None else place > max(0, len(records) - given):
            record = records[at - 1]
            at -= 1
            if given is not None or self._is_below(record, follows_gap=self._follows_gap(records, at)):
                place = at
            elif not record.is_empty:
                break
        # A table of nothing but remarks is a table.
        if place in {0, len(records)} and given is None:
            return len(text), []
        return records[place].start if place < len(records) else len(text), [
            text[record.start : record.end] for record in records[place:] if not record.is_empty
        ]

    def _follows_gap(self, records: list[Record], at: int) -> bool:
        """Whether a blank line or an empty record stands above a record."""
        if at == 0:
            return False
        return records[at - 1].is_empty or records[at - 1].following < records[at].start

    def _is_below(self, record: Record, *, follows_gap: bool) -> bool:
        filled = [cell for cell in record.cells if cell.strip()]
        width, kinds = self._dialect.width, self._dialect.profile.kinds
        if _TOTAL.match(record.cells[0].strip()) and kinds[0] is not Kind.TEXT and width > 1:
            return True
        if _TOTAL.match(record.cells[0].strip()) and len(filled) <= width / 2 + 1 < width:
            return True
        if len(filled) != 1 or width < _WIDE:
            return False
        is_like_first = record.cells[0].strip() and kind_of(record.cells[0]) is kinds[0] is not Kind.TEXT
        if len(record.cells) == 1:
            return not is_like_first
        return bool(record.cells[0].strip()) and not is_like_first and (follows_gap or kinds[0] is not Kind.TEXT)

    def _begins_table(self, records: list[Record]) -> bool:
        if not records:
            return False
        cells = records[0].cells
        if self.repeats_header(cells):
            return True
        return self._is_header_of(cells, [record.cells for record in records[1:]])

    def _is_header_of(self, cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
        """Whether a row holds the names of columns of which the rows below hold the values."""
        if self.repeats_header(cells):
            return True
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) < 2 or len(filled) * 2 < len(cells) or any(kind_of(cell) is not Kind.TEXT for cell in filled):
            return False
        # A row whose text is such as its column holds is a row of the first table.
        if len(cells) == self._dialect.width and not self._dialect.profile.is_named_by(cells):
            return False
        same = [row for row in below[:_MOST_BELOW] if len(row) == len(cells)]
        if not same or len(same) * 2 < len(below[:_MOST_BELOW]):
            return False
        typed = sum(1 for row in same if any(kind_of(cell) not in {Kind.TEXT, Kind.EMPTY} for cell in row))
        return typed * 2 > len(same)

    def _is_quoted(self, block: bytes, at: int) -> bool:
        quote = (self._dialect.syntax.quote or "").encode()
        return bool(quote) and block.count(quote, 0, at) % 2 == 1

    def _records_to_end(self, text: str) -> list[Record]:
        return list(Splitter(self._dialect.syntax, self._dialect.width, self._longest).records(text, whole=True))

    def _records(self, text: str, *, whole: bool) -> list[Record]:
        splitter = Splitter(self._dialect.syntax, None, self._longest)
        return list(islice(splitter.records(text, whole=whole), 4 * _MOST_BELOW))


def _blanks(block: bytes) -> Iterator[int]:
    """Where the blank lines behind the first line of a block begin."""
    data = np.frombuffer(block, np.uint8)
    breaks = np.flatnonzero(data[:-1] == (10 if b"\n" in block else 13)) + 1
    likely = breaks[_BLANK_BEGINS[data[breaks]]]
    return (int(place) for place in likely if _BLANK.match(block, int(place)))
