"""The characters that give a text its records and cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

#: Parts the cells of a text that has a single column: made to part units, it is never met in text of today.
UNIT: Final = "\x1f"

_ANY_BREAK: Final = r"\r\n|\n|\r"
_NOTHING: Final = "(?!)"


@dataclass(frozen=True)
class Syntax:
    """How cells are parted, quoted and escaped, and how records end."""

    delimiter: str | None
    """One character or more; None when there is one column only."""
    quote: str | None
    """None when no character quotes."""
    escape: str | None = None
    """Takes the meaning of the quote, delimiter or escape behind it; None when quotes are doubled instead."""
    record_end: str | None = None
    """None for any of ``\\n``, ``\\r\\n`` and ``\\r``, one among the others."""

    @property
    def separator(self) -> str:
        """The delimiter, or a character that is not in the text."""
        return self.delimiter or UNIT

    def plain(self, quoted: str) -> str:
        """What is meant by text between quotes."""
        doubled = (self.quote or UNIT) * 2
        return self.unescaped(quoted.replace(doubled, doubled[0]) if doubled in quoted else quoted)

    def unescaped(self, text: str) -> str:
        """The text without the escapes of what would have a meaning."""
        return text if self.escape is None or self.escape not in text else self._escaped.sub(r"\1", text)

    @cached_property
    def line_break(self) -> re.Pattern[str]:
        """Where a line ends."""
        return re.compile(self._break)

    @cached_property
    def mark(self) -> re.Pattern[str]:
        """What makes a line more than text parted at delimiters."""
        marks = [re.escape(mark) for mark in (self.quote, self.escape) if mark]
        return re.compile("|".join(marks) or _NOTHING)

    @cached_property
    def body(self) -> re.Pattern[str]:
        """What stands between an opening and a closing quote."""
        quote, escape = re.escape(self.quote or UNIT), re.escape(self.escape or UNIT)
        plain = rf"[^{quote}{escape}]*+"
        return re.compile(rf"{plain}(?:(?:{quote}{quote}|{escape}.?+){plain})*", re.DOTALL)

    @cached_property
    def cell(self) -> re.Pattern[str]:
        """One cell as it should be: its first group is what is quoted, its second what is not."""
        end = rf"(?={re.escape(self.separator)}|{self._break}|\Z)"
        # Single characters alone are repeated without a way back: Python before 3.11.5 matches groups so by mistake
        # (https://github.com/python/cpython/issues/106052).
        plain = rf"[^{re.escape(self.separator[0] + (self.escape or ''))}\r\n]*+"
        escaped = rf"{re.escape(self.escape)}[^\r\n]|" if self.escape else ""
        bare = rf"({plain}(?:(?:{escaped}(?!{re.escape(self.separator)}|{self._break}).){plain})*){end}"
        if self.quote is None:
            return re.compile(rf"{_NOTHING}()|{bare}", re.DOTALL)
        quote, margin = re.escape(self.quote), "" if " " in self.separator else "[ ]*+"
        return re.compile(rf"{margin}{quote}({self.body.pattern}){quote}{margin}{end}|(?!{margin}{quote}){bare}", re.S)

    @property
    def _break(self) -> str:
        return re.escape(self.record_end) if self.record_end else _ANY_BREAK

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        meaning = "|".join(re.escape(mark) for mark in (self.quote, self.separator, self.escape) if mark)
        return re.compile(rf"{re.escape(self.escape or UNIT)}({meaning})")
