"""Text that is arranged for the eye: cells in frames, or in columns that spaces keep apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pipeline_exec.formats.delimited.syntax import UNIT, Syntax

#: The delimiter by which the read options name any number of spaces and tabs.
SPACES: Final = r"\s+"

_BREAK: Final = re.compile(r"\r\n?")
_RULE: Final = re.compile(r"^(?=[^\n]*(?:--|==))[-+=|: \t]++$", re.MULTILINE)
# A run of spaces is looked at from its beginning alone, or time would be quadratic.
_MARGIN: Final = re.compile(r"^[ \t]++|(?<![ \t])[ \t]++$", re.MULTILINE)
_BEFORE_BAR: Final = re.compile(r"(?<![ \t])[ \t]++(?=\|)")
_BEHIND_BAR: Final = re.compile(r"(?<=\|)[ \t]++")
_EDGE: Final = re.compile(r"^\||\|$", re.MULTILINE)
#: Cells in double quotes, in which spaces stay, or what parts cells.
_GAP: Final = re.compile(r'((?:(?<=[ \t])|(?<![^\n]))"[^"\n]*+(?:""[^"\n]*+)*"(?=[ \t\n]|\Z))|[ \t]++')


class Arrangement(Protocol):
    """How a text is arranged. Of each of its lines one line is made."""

    @property
    def syntax(self) -> Syntax:
        """How the text is written without its arrangement."""

    @property
    def described(self) -> dict[str, object]:
        """The arrangement as it is recorded with the execution."""

    def plain(self, lines: str) -> str:
        """Whole lines without their arrangement."""


@dataclass(frozen=True)
class Framed:
    """Cells between bars, and lines of dashes around and between the rows, as SAP, MySQL, psql and Markdown have."""

    has_edges: bool
    """Whether a bar stands at both ends of each row."""

    @property
    def syntax(self) -> Syntax:
        """Bars part the cells, and nothing quotes."""
        return Syntax("|", None)

    @property
    def described(self) -> dict[str, object]:
        """As it is recorded."""
        return {"delimiter": "|", "arrangement": "framed"}

    def plain(self, lines: str) -> str:
        """The lines without edges and without spaces beside bars; lines of dashes are blank."""
        lines = _BEHIND_BAR.sub("", _BEFORE_BAR.sub("", _MARGIN.sub("", without_rules(lines))))
        return _EDGE.sub("", lines) if self.has_edges else lines


@dataclass(frozen=True)
class Spaced:
    """Cells with any number of spaces and tabs between them."""

    quote: str | None

    @property
    def syntax(self) -> Syntax:
        """One space parts the cells."""
        return Syntax(" ", self.quote)

    @property
    def described(self) -> dict[str, object]:
        """As it is recorded."""
        return {"delimiter": SPACES}

    def plain(self, lines: str) -> str:
        """The lines with one space between cells."""
        lines = _MARGIN.sub("", lines)
        return _GAP.sub(lambda met: met[1] or " ", lines) if self.quote == '"' in lines else _GAP.sub(" ", lines)


@dataclass(frozen=True)
class Aligned:
    """Cells that stand below each other."""

    gaps: Sequence[tuple[int, int]]
    """Where each gap between columns begins and ends, in characters of a line."""

    @property
    def syntax(self) -> Syntax:
        """What is put between the cells parts them."""
        return Syntax(None, None)

    @property
    def described(self) -> dict[str, object]:
        """As it is recorded: the places at which columns begin, from 0."""
        return {"delimiter": None, "arrangement": "aligned", "columns_at": [0, *(end for _, end in self.gaps)]}

    def plain(self, lines: str) -> str:
        """The lines with their cells parted; lines of dashes are blank."""
        return "\n".join(map(self._parted, without_rules(lines).split("\n")))

    def _parted(self, line: str) -> str:
        cells = self.cells(line)
        return UNIT.join(cells) if any(cells) else ""

    def cells(self, line: str) -> list[str]:
        """The cells of a line. One that fills the gap behind it keeps the next one with it, which is then empty."""
        line = line.expandtabs()
        cells, start, kept, is_regular = [], 0, 0, True
        for begin, end in self.gaps:
            # A cell longer than those that showed the gap reaches into it from either side.
            at = line.rfind(" ", begin, end)
            is_regular = is_regular and not line[begin:end].strip()
            if at < 0:
                kept += 1
                continue
            cells += [line[start:at].strip(), *[""] * kept]
            start, kept = at, 0
        cells += [line[start:].strip(), *[""] * kept]
        is_title = not is_regular and sum(map(bool, cells)) * 2 <= len(cells)
        return [line.strip(), *[""] * len(self.gaps)] if is_title else cells


def without_rules(lines: str) -> str:
    """Lines of which those of nothing but dashes and what crosses them are blank."""
    return _RULE.sub("", lines) if "--" in lines or "==" in lines else lines


def plain_text(pieces: Iterator[str], arrangement: Arrangement) -> Iterator[str]:
    """A text without its arrangement, piece by piece; its lines end with line feeds."""
    rest = ""
    for piece in pieces:
        rest += piece
        # A carriage return at the end may be half of a line break.
        end = max(rest.rfind("\n"), rest.rfind("\r", 0, len(rest) - 1)) + 1
        if end:
            yield arrangement.plain(_BREAK.sub("\n", rest[:end]))
            rest = rest[end:]
    if rest:
        yield arrangement.plain(_BREAK.sub("\n", rest))
