"""The records of delimited text, with their places in it; for its beginning, and for the lines errors name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

#: Characters of a cell, beyond which a quote is taken to be open.
LARGEST_CELL: Final = 8 * 1024**2
#: Parts the cells of a text that has a single column: made to part units, it is never met in text of today.
NO_DELIMITER: Final = "\x1f"

# The csv module's own limit, 131,072, is less than cells may have; there is one for the whole process.
csv.field_size_limit(LARGEST_CELL)


@dataclass(frozen=True)
class Syntax:
    """How cells are parted and quoted."""

    delimiter: str | None
    """None when there is one column only."""
    quote: str | None
    """None when no character quotes."""

    @property
    def separator(self) -> str:
        """The delimiter, or a character that is not in the text."""
        return self.delimiter or NO_DELIMITER


@dataclass(frozen=True)
class Record:
    """One record."""

    line: int
    """1-based line on which it begins."""
    start: int
    """Where it begins, in bytes of UTF-8."""
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        """Whether nothing but space stands on its line."""
        return len(self.cells) == 1 and not self.cells[0].strip()


def records(sample: str, syntax: Syntax) -> Iterator[Record]:
    """The records of a text that is smaller than the largest cell; empty lines are passed over."""
    lines = _Counted(io.StringIO(sample, newline=""))
    reader = _reader(lines, syntax)
    line, start = 1, 0
    for cells in reader:
        if cells:
            yield Record(line, start, cells)
        line, start = reader.line_num + 1, lines.consumed


def line_of(lines: Iterable[str], syntax: Syntax, number: int) -> int | None:
    """The 1-based line on which the record with a 1-based number begins; None when that cannot be said."""
    reader = _reader(lines, syntax)
    with suppress(csv.Error):
        list(islice(filter(None, reader), number - 1, number - 1))
        line = reader.line_num + 1
        while next(reader, None) == []:
            line = reader.line_num + 1
        return line
    return None


def _reader(lines: Iterable[str], syntax: Syntax) -> _Reader:
    return csv.reader(
        lines,
        delimiter=syntax.separator,
        quotechar=syntax.quote,
        quoting=csv.QUOTE_MINIMAL if syntax.quote else csv.QUOTE_NONE,
    )


class _Reader(Protocol):
    """What the csv module calls a reader, and does not name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class _Counted:
    """Lines, and how many bytes of UTF-8 they took so far."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.consumed = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.consumed += len(line.encode())
        return line
