"""How a delimited file is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline_exec.formats.decoding import as_utf8, open_utf8, text
from pipeline_exec.formats.delimited.arrangement import Arrangement, plain_text
from pipeline_exec.formats.delimited.profile import Profile
from pipeline_exec.formats.delimited.syntax import Syntax
from pipeline_exec.formats.encoding import Slips
from pipeline_exec.formats.header import renamed

#: Lines shown of what was left out, and characters of each.
SHOWN_LINES = 5
SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Dialect:
    """Everything needed to read a delimited file."""

    encoding: str
    syntax: Syntax
    header_row: int | None
    """1-based line of the header; None when the file has none."""
    header_rows: int
    """How many records the header has."""
    header: tuple[str, ...]
    """The cells of the header's first record."""
    found: tuple[str, ...]
    """The header's cells as they stand; empty when the file has none."""
    names: tuple[str, ...]
    """The columns."""
    profile: Profile
    """What most rows have and hold: they may have more or fewer cells than there are columns."""
    above: tuple[str, ...]
    """The records above the header, as they stand."""
    data_line: int
    """1-based line of the first record of data."""
    data_start: int
    """Where the first record of data begins, in bytes of UTF-8 behind the byte order mark and without zero bytes."""
    slips: Slips | None = None
    """Bytes that mean nothing in the encoding and are read as U+FFFD."""
    arrangement: Arrangement | None = None
    """How the text is arranged for the eye; all the above is said of it without its arrangement."""

    @property
    def width(self) -> int:
        """How many cells most rows have."""
        return self.profile.width

    def open(self, path: Path) -> BinaryIO:
        """The text of a file that is so written, as bytes of UTF-8 without its arrangement and byte order mark.

        Reading raises ``ParsingFailure`` at bytes that mean nothing in the encoding.
        """
        if self.slips is None and self.arrangement is None:
            return open_utf8(path, self.encoding)
        pieces = text(path, self.encoding, "strict" if self.slips is None else "replace")
        return as_utf8(pieces if self.arrangement is None else plain_text(pieces, self.arrangement))

    def described(self, format_name: str) -> dict[str, object]:
        """The dialect as it is recorded with the execution."""
        return {
            "format": format_name,
            "encoding": self.encoding,
            **({"wrong_bytes_replaced": self._replaced(self.slips)} if self.slips else {}),
            **(self.arrangement.described if self.arrangement else {"delimiter": self.syntax.delimiter}),
            "quote": self.syntax.quote,
            **({"escape": self.syntax.escape} if self.syntax.escape else {}),
            **({"record_end": self.syntax.record_end} if self.syntax.record_end else {}),
            "header_row": self.header_row,
            **({"header_rows": self.header_rows} if self.header_rows > 1 else {}),
            "columns": len(self.names),
            **({"unnamed_columns": self._unnamed} if self.found and self._unnamed > 0 else {}),
            **renamed(self.names, self.found),
            **({"preamble": left_out(self.above)} if self.above else {}),
        }

    def _replaced(self, slips: Slips) -> dict[str, int]:
        return {"count": slips.count, "line": slips.first.line, "byte": slips.first.byte}

    @property
    def _unnamed(self) -> int:
        """How many columns stand behind the last cell of the header."""
        return len(self.names) - len(self.found)


def left_out(records: Sequence[str]) -> dict[str, object]:
    """What a dialect tells of records that are no data: how many there are, and the first of them."""
    return {"rows": len(records), "lines": [record[:SHOWN_CHARACTERS] for record in records[:SHOWN_LINES]]}
