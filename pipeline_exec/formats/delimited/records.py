"""The records of a text, whatever was done to it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pipeline_exec.formats.delimited.likeliest import Reading, effort, likeliest
from pipeline_exec.formats.delimited.syntax import Syntax

#: How many lines a record may take whose quotes do not add up, and how many may be looked at in vain for these.
_BROKEN_LINES: Final = 6
_PATIENCE: Final = 500
#: How strange a record may be, so that no more lines are looked at.
_CLEAR: Final = 3.0
#: Characters that may be looked ahead in vain for a closing quote, and how many more with each that was read.
_CREDIT: Final = 1 << 20
_INTEREST: Final = 4
#: Microseconds that may be spent on what records mean, and how many more with each character that was read.
_EFFORT: Final = 300_000
_EARNED: Final = 1


@dataclass(frozen=True)
class Record:
    """One record."""

    start: int
    """Where it begins in the text."""
    end: int
    """Where it ends, without its line break."""
    following: int
    """Where the next one begins."""
    cells: list[str]
    is_sound: bool
    """Whether it is written as its syntax says."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing but space stands on its line."""
        return len(self.cells) == 1 and not self.cells[0].strip()

    @property
    def is_empty(self) -> bool:
        """Whether none of its cells holds anything."""
        return not any(cell.strip() for cell in self.cells)


class Splitter:
    """Parts text into records, and these into cells. No text is refused, and none is lost."""

    def __init__(self, syntax: Syntax, width: int | None, longest: int) -> None:
        """Prepare.

        Args:
            syntax: How the text should be written.
            width: How many cells its records have, where that is known; it decides what stray quotes mean.
            longest: Characters of a record, beyond which a quote is taken to be stray.
        """
        self._syntax = syntax
        self._width = width
        self._longest = longest
        # What is looked at again and again because quotes do not close is paid from this, or time would be quadratic.
        self._credit = _CREDIT
        self._patience = _PATIENCE
        self._effort = _EFFORT
        self._is_plain = len(syntax.separator) == 1 and syntax.quote is not None and syntax.escape is None

    def records(self, text: str, *, whole: bool) -> Iterator[Record]:
        """The records of a text that begins with one.

        Args:
            text: It.
            whole: Whether nothing follows; else a record that may go on behind the text is left out.
        """
        at = 0
        while at < len(text):
            record = self._record(text, at, whole)
            if record is None:
                return
            yield record
            self._credit += _INTEREST * (record.following - at)
            self._effort += _EARNED * (record.following - at)
            self._patience += record.is_sound
            at = record.following

    def _record(self, text: str, at: int, whole: bool) -> Record | None:
        end, following = self._line(text, at)
        if following == len(text) and not whole:
            return None
        line = text[at:end]
        if self._syntax.mark.search(line) is None:
            return Record(at, end, following, line.split(self._syntax.separator), True)
        cells = self._plain_cells(line) if self._is_plain else None
        return Record(at, end, following, cells, True) if cells else self._marked(text, at, whole)

    def _plain_cells(self, line: str) -> list[str] | None:
        """The cells of a line that is a sound record, by the csv module, which is faster and knows less."""
        quote = self._syntax.quote or ""
        if f" {quote}" not in line and f"{quote} " not in line:
            with suppress(csv.Error):
                return next(csv.reader((line,), delimiter=self._syntax.separator, quotechar=quote, strict=True))
        return None

    def _line(self, text: str, at: int) -> tuple[int, int]:
        """Where a line ends, and where the next one begins."""
        found = self._syntax.line_break.search(text, at)
        return found.span() if found else (len(text), len(text))

    def _marked(self, text: str, at: int, whole: bool) -> Record | None:
        """A record that has quotes or escapes."""
        limit = min(len(text), at + min(self._longest, self._credit))
        cells, end = self._sound(text, at, limit)
        if end == limit and limit == len(text) and not whole:
            return None
        if cells is not None and (len(cells) == self._width or self._width is None or self._line(text, at)[0] == end):
            return Record(at, end, self._line(text, end)[1], cells, True)
        self._credit = max(0, self._credit - (end - at))
        if self._effort < 0:
            return self._given_up(text, at, whole, cells, end)
        return self._broken(text, at, whole, cells, end)

    def _sound(self, text: str, at: int, limit: int) -> tuple[list[str] | None, int]:
        """The cells of a record that is as it should be, and where it ends; else no cells, and where it went wrong."""
        syntax, cells = self._syntax, []
        size = len(syntax.separator)
        while True:
            found = syntax.cell.match(text, at, limit)
            if found is None:
                start = at + 1
                body = syntax.body.match(text, start, limit)
                return None, body.end() if body else start
            quoted, bare = found.groups()
            cells.append(syntax.unescaped(bare) if quoted is None else syntax.plain(quoted))
            at = found.end()
            if not text.startswith(syntax.separator, at, limit):
                return cells, at
            at += size

    def _given_up(self, text: str, at: int, whole: bool, cells: list[str] | None, sound_end: int) -> Record | None:
        """The record as it adds up, or else the cells between the delimiters of its line."""
        if cells is not None:
            return Record(at, sound_end, self._line(text, sound_end)[1], cells, True)
        end, following = self._line(text, at)
        if following == len(text) and not whole:
            return None
        return Record(at, end, following, text[at:end].split(self._syntax.separator), False)

    def _broken(self, text: str, at: int, whole: bool, cells: list[str] | None, sound_end: int) -> Record | None:
        """The least strange of the records that may begin here, with one line or some."""
        best: tuple[Reading, int] | None = None
        if cells is not None:
            # Its quotes do add up, but it has another number of cells.
            best = Reading(abs(len(cells) - (self._width or 0)) * 1.0, cells), sound_end
        end = at
        for tried in range(_BROKEN_LINES):
            end, following = self._line(text, end)
            if following == len(text) and not whole:
                break
            self._effort -= effort(text[at:end], self._syntax)
            reading = likeliest(text[at:end], self._syntax, self._width)
            if best is None or reading.strangeness < best[0].strangeness:
                best = reading, end
            if best[0].strangeness <= _CLEAR or self._width is None or end == len(text) or tried > self._patience:
                break
            end = following
            self._patience -= 1
        if best is None:
            return None
        return Record(at, best[1], self._line(text, best[1])[1], best[0].cells, False)
