"""Where in a text the first table stands: what is above it, its header, and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
        below = [record.cells for record in records[first:]]
        line = text[header.start : header.end]
        of_words = profile.is_met(below[0]) or (_begin_alike(line.split()) and locate(below) != 0)
        names = strangers.names(line, of_words=of_words)
        mended[first - 1] = header if names is None else header._replace(cells=names)
    return mended


def _begin_alike(words: Sequence[str]) -> bool:
    """Whether all words or none have a capital, as names do; those of a title (``Report of May``) differ."""
    return len({word[:1].isupper() for word in words}) == 1
