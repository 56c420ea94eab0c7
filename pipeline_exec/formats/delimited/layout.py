"""Where in a text the first table stands: what is above it, its header, and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.delimited.profile import Profile, profile_of
from pipeline_exec.formats.delimited.records import Record
from pipeline_exec.formats.delimited.strangers import Strangers
from pipeline_exec.formats.delimited.syntax import Syntax
from pipeline_exec.formats.header import depth, locate

#: How many records at the beginning may be titles or header.
_TOP: Final = 100


@dataclass(frozen=True)
class Layout:
    """The parts of a text, as far as a sample of it goes. Blank lines are in none."""

    above: list[Record]
    """Titles and whatever else stands above the table."""
    header: list[Record]
    """The rows of the header; none when the table has none."""
    data: list[Record]

    @property
    def names(self) -> list[str]:
        """The cells of the header; several rows are joined by spaces."""
        rows = [record.cells for record in self.header]
        width = max(map(len, rows), default=0)
        padded = [row + [""] * (width - len(row)) for row in rows]
        if len(padded) == 1:
            return padded[0]
        return [" ".join(filter(None, map(str.strip, cells))) for cells in zip(*padded, strict=True)]


def regular_width(records: Sequence[Record]) -> int:
    """How many cells most rows of the first table have; 1 when no record is parted."""
    parts = list(_parts(records))
    tables = [part for part in parts if _is_table(part)]
    chosen = tables[0] if tables else list(records)
    # A few lines of names and values above a table look like one.
    if len(tables) > 1 and _filled(chosen) <= 2 < _filled(tables[1]) and len(chosen) < len(tables[1]):
        chosen = tables[1]
    widths = Counter(len(record.cells) for record in chosen if len(record.cells) > 1)
    return max(widths, key=lambda width: (widths[width], width)) if widths else 1


def lay_out(
    records: Sequence[Record],
    text: str,
    syntax: Syntax,
    width: int,
    header_row: Literal["auto"] | int | None,
    header_rows: int | None,
) -> Layout:
    """The parts of a text.

    Args:
        records: Those of its beginning, without blank ones.
        text: It.
        syntax: How it is written.
        width: How many cells most rows have.
        header_row: The number of the header's first record among all lines; ``auto`` to find it, None for none.
        header_rows: How many records the header has; None to find out.

    Raises:
        ParsingFailure: the header row is not there.
    """
    if header_row is None:
        return Layout([], [], list(records))
    profile = profile_of([record.cells for record in records], width)
    whole = _with_strange_header(records, text, Strangers(syntax, profile), profile)
    if header_row == "auto":
        at = locate([record.cells for record in whole])
        if at is None:
            return Layout([], [], whole)
    else:
        at = _given(whole, text, syntax, header_row)
    rows = header_rows or depth([record.cells for record in whole[at:]])
    return Layout(whole[:at], whole[at : at + rows], list(records[at + rows :]))


def line_of(text: str, at: int, syntax: Syntax) -> int:
    """The 1-based line of a place in a text."""
    return sum(1 for _ in syntax.line_break.finditer(text, 0, at)) + 1


def _given(records: Sequence[Record], text: str, syntax: Syntax, header_row: int) -> int:
    at = next((at for at, record in enumerate(records) if line_of(text, record.start, syntax) >= header_row), None)
    if at is None:
        raise ParsingFailure(
            f"The file has no row {header_row:,} near its beginning.", "Correct read_options.header_row."
        )
    return at


def _with_strange_header(records: Sequence[Record], text: str, strangers: Strangers, profile: Profile) -> list[Record]:
    """The records with the cells of the header where it is written with another delimiter than the rows below it."""
    first = next((at for at, record in enumerate(records[:_TOP]) if len(record.cells) == profile.width), 0)
    mended = list(records)
    if first:
        header = records[first - 1]
        # Words of a title are as many as there are columns by chance; below a header stands a row.
        names = strangers.names(text[header.start : header.end], of_words=profile.is_met(records[first].cells))
        mended[first - 1] = header if names is None else replace(header, cells=names)
    return mended


def _parts(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records between empty ones, and between those that are a header again."""
    part: list[Record] = []
    for record in records:
        if part and (record.is_empty or (len(part) > 1 and _repeats_header(record, part))):
            yield part
            part = []
        if not record.is_empty:
            part.append(record)
    if part:
        yield part


def _repeats_header(record: Record, part: Sequence[Record]) -> bool:
    """Whether a record, wider or narrower than the one above, begins as the part does."""
    first = part[0].cells
    shared = min(len(first), len(record.cells))
    return len(record.cells) != len(part[-1].cells) and shared > 1 and record.cells[:shared] == first[:shared]


def _is_table(part: Sequence[Record]) -> bool:
    """Whether at least two records, and half of all, have as many cells."""
    widths = Counter(len(record.cells) for record in part if sum(1 for cell in record.cells if cell.strip()) > 1)
    return bool(widths) and max(widths.values()) >= max(2, len(part) / 2)


def _filled(part: Sequence[Record]) -> int:
    return max(sum(1 for cell in record.cells if cell.strip()) for record in part)
