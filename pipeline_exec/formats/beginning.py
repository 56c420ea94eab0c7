"""Beginnings: files of which only the first bytes are there, cut behind their last whole record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import signatures
from pipeline_exec.formats.encoding import told_by
from pipeline_exec.model.pipeline import ReadOptions

#: Formats whose records end where lines do, and what stands around line breaks that end none unless options say more.
_QUOTES: Final = {"csv": '"', "tsv": '"', "jsonl": ""}

#: Archives by their first bytes, workbooks by their names.
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".ods"})

#: Bytes at the end in which the end of a record is looked for: as many as a cell may have.
_TAIL: Final = 8 * 1024**2
_CHUNK: Final = 1 << 20


def check_beginning(path: Path, file_name: str) -> None:
    """Return unless the first bytes of a file show that it can only be read as a whole: a workbook, an archive.

    Raises:
        ParsingFailure: they do; the message says what it is.
    """
    with path.open("rb") as file:
        head = file.read(signatures.HEAD_BYTES)
    is_workbook = signatures.is_zip(head) and PurePath(file_name).suffix.lower() in _WORKBOOKS
    what = "a workbook" if is_workbook else signatures.name_of(head)
    if what is not None and not signatures.is_xml(head):
        raise ParsingFailure(f"{file_name} is {what}, of which the beginning alone cannot be read.")


def cut(path: Path, file_name: str, format_name: str, options: ReadOptions) -> None:
    """Drop what stands behind the last whole record of a file.

    Where quotes are not as they should be, a line break within a cell may be taken for the end of the record.

    Raises:
        ParsingFailure: its format is none of lines, or not one of its records is whole.
    """
    if format_name not in _QUOTES:
        raise ParsingFailure(f"{file_name} is {format_name.upper()}, of which the beginning alone cannot be read.")
    quote = _QUOTES[format_name] if options.quote is None else options.quote
    with path.open("r+b") as file:
        lines = _Lines(file, _encoding(file, options), quote, options.record_end)
        end = lines.last_end()
        if end is None:
            raise ParsingFailure(f"{file_name} has no record that ends in the part that is looked at.")
        file.truncate(end)


def _encoding(file: BinaryIO, options: ReadOptions) -> str:
    """One in which a line break and a quote have the same bytes as in the file's."""
    found = told_by(file.read(signatures.HEAD_BYTES))
    return found or options.encoding or "utf-8"


@dataclass(frozen=True)
class _Lines:
    """The lines of an opened file."""

    file: BinaryIO
    encoding: str
    quote: str
    record_end: str | None

    def last_end(self) -> int | None:
        """Behind the last line break that ends a record; None where there is no line break near the end."""
        size = self.file.seek(0, 2)
        start = max(0, size - _TAIL) // 4 * 4
        self.file.seek(start)
        tail = self.file.read()
        breaks = (self.record_end,) if self.record_end else ("\n", "\r")
        found = next((ends for each in breaks if (ends := list(self._ends(tail, each)))), [])
        if not found:
            return None
        return start + (self._outside_quotes(tail, found) or found[0])

    def _ends(self, tail: bytes, line_break: str) -> Iterator[int]:
        """Behind each line break, the last one first."""
        wanted, at = line_break.encode(self.encoding), len(tail)
        while (at := tail.rfind(wanted, 0, at)) >= 0:
            # In UTF-16 the halves of two other characters may look like one.
            if at % len("0".encode(self.encoding)) == 0:
                yield at + len(wanted)

    def _outside_quotes(self, tail: bytes, ends: list[int]) -> int | None:
        if not self.quote:
            return ends[0]
        quote, after = self.quote.encode(self.encoding), len(tail)
        self.file.seek(0)
        behind = sum(chunk.count(quote) for chunk in iter(partial(self.file.read, _CHUNK), b""))
        for end in ends:
            behind -= tail.count(quote, end, after)
            after = end
            if behind % 2 == 0:
                return end
        return None
