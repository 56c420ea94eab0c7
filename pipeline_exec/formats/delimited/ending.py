"""Where the first table of a file ends: at a second table, and above what is written below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice
from operator import attrgetter
from typing import Final

import numpy as np

from pipeline_exec.formats.delimited.dialect import Dialect
from pipeline_exec.formats.delimited.profile import profile_of
from pipeline_exec.formats.delimited.records import Record, Splitter
from pipeline_exec.formats.delimited.tables import is_header_above
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
    r"(?:sous-)?total\b|итого\b|всего\b|toplam\b|suma\b|razem\b|合計|总计|總計|\*{1,3}$",
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
        if not names or cells[0] != names[0]:
            return False
        shared = min(len(names), len(cells))
        if shared < max(2, len(names) / 2):
            return len(names) == 1 == len(cells) and bool(names[0].strip())
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
            below = run[at + 1 : at + 1 + _MOST_BELOW]
            if self._is_header_of(cells, below, follows_gap=False):
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
        place = self._first_below(records) if given is None else max(0, len(records) - given)
        # A table of nothing but remarks is a table.
        if place >= len(records) or (place == 0 and given is None):
            return len(text), []
        return records[place].start, [text[each.start : each.end] for each in records[place:] if not each.is_empty]

    def _first_below(self, records: list[Record]) -> int:
        """Which of the last records of a file is the first that is no data; their number when all are."""
        place = len(records)
        for at in range(len(records) - 1, -1, -1):
            if self._is_below(records[at], follows_gap=self._follows_gap(records, at)):
                place = at
            elif not records[at].is_empty:
                break
            below = [record.cells for record in records[at + 1 :]]
            # So many rows are a table of their own, and so are those below its header.
            if len(below) == _MOST_BELOW or self._names_fewer(records[at].cells, below):
                return len(records)
        return place

    def _follows_gap(self, records: list[Record], at: int) -> bool:
        """Whether a blank line or an empty record stands above a record."""
        if at == 0:
            return False
        return records[at - 1].is_empty or records[at - 1].following < records[at].start

    def _is_below(self, record: Record, *, follows_gap: bool) -> bool:
        filled = [cell for cell in record.cells if cell.strip()]
        width, kinds = self._dialect.width, self._dialect.profile.kinds
        if _TOTAL.match(record.cells[0].strip()):
            if kinds[0] is not Kind.TEXT and width > 1:
                return True
            if len(filled) <= width / 2 + 1 < width or self._lacks_text(record.cells):
                return True
        if len(filled) != 1 or width < _WIDE:
            return False
        is_like_first = record.cells[0].strip() and kind_of(record.cells[0]) is kinds[0] is not Kind.TEXT
        if len(record.cells) == 1:
            return not is_like_first
        return bool(record.cells[0].strip()) and not is_like_first and (follows_gap or kinds[0] is not Kind.TEXT)

    def _lacks_text(self, cells: Sequence[str]) -> bool:
        """Whether a row has nothing in any column of text but the first, where there are such."""
        columns = zip(self._dialect.profile.kinds[1:], cells[1:], strict=False)
        texts = [cell.strip() for kind, cell in columns if kind is Kind.TEXT]
        return bool(texts) and not any(texts)

    def _begins_table(self, records: list[Record]) -> bool:
        if not records:
            return False
        cells = records[0].cells
        if self.repeats_header(cells):
            return True
        return self._is_header_of(cells, [record.cells for record in records[1:]], follows_gap=True)

    def _is_header_of(self, cells: Sequence[str], below: Sequence[Sequence[str]], *, follows_gap: bool) -> bool:
        """Whether a row holds the names of columns of which the rows below hold the values."""
        if self.repeats_header(cells):
            return True
        # A row whose text is such as its column holds is a row of the first table.
        if len(cells) == self._dialect.width and not (
            self._dialect.profile.is_named_by(cells) or (follows_gap and self._are_others(below))
        ):
            return False
        is_other = follows_gap and len(cells) != self._dialect.width
        return self._names_fewer(cells, below) or is_header_above(cells, below, follows_gap=is_other)

    def _names_fewer(self, cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
        """Whether a row has the first names of the header, and all rows below it have as many cells."""
        names = list(self._dialect.header[: len(cells)])
        is_first = len(cells) < self._dialect.width and list(cells) == names and any(name.strip() for name in names)
        return is_first and bool(below) and all(len(row) == len(cells) for row in below[:_MOST_BELOW])

    def _are_others(self, below: Sequence[Sequence[str]]) -> bool:
        """Whether rows hold numbers, dates or the like where the columns hold text."""
        rows = [row for row in below[:_MOST_BELOW] if len(row) == self._dialect.width]
        kinds = profile_of(rows, self._dialect.width).kinds
        return len(rows) > 1 and any(
            kind is Kind.TEXT and met not in {Kind.TEXT, Kind.EMPTY}
            for kind, met in zip(self._dialect.profile.kinds, kinds, strict=True)
        )

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
