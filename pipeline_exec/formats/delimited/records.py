"""The records of a text, whatever was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline_exec.formats.delimited.likeliest import Reading, between_delimiters, effort, likeliest
from pipeline_exec.formats.delimited.sound_lines import SoundLines
from pipeline_exec.formats.delimited.syntax import Syntax

#: How many lines a record may take whose quotes do not add up.
_BROKEN_LINES: Final = 6
#: How strange a record may be, so that no more lines are looked at.
_CLEAR: Final = 3.0
#: How many times as fast the cells between delimiters are found as the least strange ones.
_FASTER: Final = 6


class Record(NamedTuple):
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
        self._budget = _Budget()
        is_plain = len(syntax.separator) == 1 and syntax.quote is not None and syntax.escape is None
        self._sound_lines = SoundLines(syntax.separator, syntax.quote or "") if is_plain else None

    def records(self, text: str, start: int = 0, *, whole: bool) -> Iterator[Record]:
        """The records of a text.

        Args:
            text: It.
            start: Where in it the first record begins.
            whole: Whether nothing follows; else a record that may go on behind the text is left out.
        """
        next_break, has_mark, separator = (
            self._syntax.line_break.search,
            self._syntax.mark.search,
            self._syntax.separator,
        )
        size = len(text)
        at = paid = start
        while at < size:
            found = next_break(text, at)
            end, following = found.span() if found else (size, size)
            if following == size and not whole:
                return
            line = text[at:end]
            cells = line.split(separator) if has_mark(line) is None else self._cells(line)
            if cells is not None:
                yield Record(at, end, following, cells, True)
                at = following
                continue
            self._budget.earn(at - paid)
            paid = at
            record = self._marked(text, at, end, whole)
            if record is None:
                return
            yield record
            at = record.following
        self._budget.earn(at - paid)

    def _line(self, text: str, at: int) -> tuple[int, int]:
        """Where a line ends, and where the next one begins."""
        found = self._syntax.line_break.search(text, at)
        return found.span() if found else (len(text), len(text))

    def _cells(self, line: str) -> list[str] | None:
        """The cells of a line that is clearly a sound record."""
        return None if self._sound_lines is None else self._sound_lines.cells(line)

    def _marked(self, text: str, at: int, line_end: int, whole: bool) -> Record | None:
        """A record that has quotes or escapes."""
        limit = min(len(text), at + min(self._longest, self._budget.characters))
        cells, end = self._sound(text, at, limit)
        if end == limit and limit == len(text) and not whole:
            return None
        if cells is not None and (len(cells) == self._width or self._width is None or line_end == end):
            return self._record(text, at, end, cells, is_sound=True)
        self._budget.characters = max(0, self._budget.characters - (end - at))
        if self._budget.microseconds >= 0:
            return self._broken(text, at, whole, cells, end)
        if cells is not None:
            return self._record(text, at, end, cells, is_sound=True)
        return self._record(text, at, line_end, text[at:line_end].split(self._syntax.separator), is_sound=False)

    def _record(self, text: str, at: int, end: int, cells: list[str], *, is_sound: bool) -> Record:
        return Record(at, end, self._line(text, end)[1], cells, is_sound)

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
            reading = self._likeliest(text[at:end])
            if best is None or reading.strangeness < best[0].strangeness:
                best = reading, end
            if best[0].strangeness <= _CLEAR or self._width is None or end == len(text) or tried > self._budget.lines:
                break
            end = following
            self._budget.lines -= 1
        if best is None:
            return None
        return self._record(text, at, best[1], best[0].cells, is_sound=False)

    def _likeliest(self, text: str) -> Reading:
        spent = effort(text, self._syntax)
        reading = between_delimiters(text, self._syntax, self._width)
        self._budget.microseconds -= spent if reading is None else spent // _FASTER
        return likeliest(text, self._syntax, self._width) if reading is None else reading


class _Budget:
    """What may be spent on quotes that do not add up. It grows with the text, or time would be quadratic."""

    def __init__(self) -> None:
        self.characters = 1 << 20
        """Looked ahead in vain for a closing quote."""
        self.lines = 500
        """Looked at in vain for the rest of a record."""
        self.microseconds = 100_000
        """Spent on what records mean."""

    def earn(self, characters: int) -> None:
        """So much more text was read."""
        self.characters += 4 * characters
        self.lines += characters // 64
        self.microseconds += characters // 4
