"""A workbook of whatever kind: its sheets, and which of them is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.workbook.sheets.sheet import Sheet


@dataclass(frozen=True)
class SheetEntry:
    """A sheet as the workbook lists it."""

    number: int
    """1-based."""
    name: str
    is_hidden: bool


class Book(Protocol):
    """What every kind of workbook can do."""

    @property
    def sheets(self) -> Iterable[SheetEntry]:
        """The sheets that have cells, in their order; found as they are asked for, and anew each time."""

    def load(self, entry: SheetEntry) -> Sheet:
        """Look through a sheet from its first row to its last.

        Raises:
            ParsingFailure: it is damaged, or holds more than is read.
        """


def chosen(book: Book, wanted: str | int | None) -> Sheet:
    """The sheet of this name or 1-based number; without either the first that holds data, hidden ones last.

    Raises:
        ParsingFailure: there is no such sheet, or it cannot be read.
        SourceDataEmpty: it holds no data.
    """
    if wanted is not None:
        return book.load(_named(list(book.sheets), wanted))
    visible = (entry for entry in book.sheets if not entry.is_hidden)
    hidden = (entry for entry in book.sheets if entry.is_hidden)
    sheet = next((sheet for sheet in map(book.load, chain(visible, hidden)) if not sheet.is_blank), None)
    if sheet is None:
        raise SourceDataEmpty("The workbook holds no data.", "Send one that has a header and rows.")
    return sheet


def _named(sheets: Sequence[SheetEntry], wanted: str | int) -> SheetEntry:
    if isinstance(wanted, int):
        matching = list(sheets[wanted - 1 : wanted]) if wanted > 0 else []
    else:
        alike = [entry for entry in sheets if entry.name.casefold() == wanted.casefold()]
        matching = [entry for entry in alike if entry.name == wanted] or alike
    if not matching:
        which = f"number {wanted}" if isinstance(wanted, int) else f'"{wanted}"'
        names = ", ".join(entry.name for entry in sheets)
        raise ParsingFailure(f"The workbook has no sheet {which}; it has {names}.", "Correct read_options.sheet.")
    return matching[0]
