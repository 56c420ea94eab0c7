"""Workbooks of Excel 5.0 to 2003 ([MS-XLS]): ``.xls``.

The loader reads the texts. What it does not tell is read beside it: styles, errors, merged cells, and how far a sheet
reaches, for the loader takes room for all of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from python_calamine import CalamineWorkbook

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import signatures
from pipeline_exec.formats.workbook.cells.shown import Shown
from pipeline_exec.formats.workbook.cells.stored_cells import Kind, StoredCells
from pipeline_exec.formats.workbook.failures import damaged, protected, refuse_others, understood
from pipeline_exec.formats.workbook.legacy.compound_file import CompoundFile, compound_of
from pipeline_exec.formats.workbook.legacy.records import (
    MOST_COLUMNS,
    BinaryCells,
    BinarySheet,
    Globals,
    read_cells,
    read_globals,
    without_reaches,
)
from pipeline_exec.formats.workbook.sheets.blocks import Block
from pipeline_exec.formats.workbook.sheets.book import SheetEntry
from pipeline_exec.formats.workbook.sheets.sheet import Sheet
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import NumbersRead

#: [MS-XLS] 2.2: what the stream is called, and what it was called before 1997.
_STREAMS: Final = ("Workbook", "Book", "WORKBOOK", "BOOK")
_ENCRYPTED: Final = "EncryptedPackage"


@contextmanager
def open_binary_book(path: Path, numbers: NumbersRead, _limits: ReadLimits) -> Iterator[BinaryBook]:
    """A workbook, until the block ends; the bounds of such workbooks are narrower than any limits.

    Raises:
        ParsingFailure: it cannot be read, or is protected by a password.
    """
    refuse_others(path, "xls", signatures.is_ole)
    with understood():
        name, stream = _workbook_stream(CompoundFile(path))
        found = read_globals(stream)
        if found.is_protected:
            raise protected()
        # The loader goes round for ever where a chain of the file is a ring, and takes room for as many cells as a
        # sheet says it has: either ends the process.
        sound = compound_of(name, without_reaches(stream, found.sheets))
        with CalamineWorkbook.from_filelike(io.BytesIO(sound)) as loader:
            yield BinaryBook(loader, stream, found, numbers)


@dataclass(frozen=True)
class BinaryBook:
    """Keeps the promises of ``Book``. A sheet is held whole: it has 65,536 rows of 256 columns at most."""

    loader: CalamineWorkbook
    stream: bytes
    globals: Globals
    numbers: NumbersRead

    @cached_property
    def sheets(self) -> Sequence[SheetEntry]:
        """The worksheets in their order."""
        return [
            SheetEntry(number, sheet.name, sheet.is_hidden) for number, sheet in enumerate(self._worksheets, start=1)
        ]

    def load(self, entry: SheetEntry) -> Sheet:
        """As ``Book.load``."""
        sheet = self._worksheets[entry.number - 1]
        found = read_cells(self.stream, sheet)
        if found.columns > MOST_COLUMNS:
            raise damaged()
        return Sheet.of(entry.name, [self._block(entry.name, found)], found.merged)

    @property
    def _worksheets(self) -> Sequence[BinarySheet]:
        return [sheet for sheet in self.globals.sheets if sheet.is_worksheet]

    def _block(self, name: str, found: BinaryCells) -> Block:
        cells = [(each.row, each.column, each.kind, each.style, each.text) for each in found.cells]
        texts = [(row, column, Kind.TEXT, 0, text) for row, column, text in self._texts(name)]
        # A cell that is there twice is the text: a formula has it behind a number that means nothing.
        ordered = sorted(cells + texts, key=lambda cell: cell[0])
        rows, columns, kinds, styles, values = zip(*ordered, strict=True) if ordered else ((), (), (), (), ())
        stored = StoredCells(
            np.array(rows, np.int64),
            np.array(columns, np.int64),
            np.array(kinds, np.uint8),
            np.array(styles, np.int64),
            pa.array(values, pa.string()),
        )
        shown = Shown(
            self.globals.looks, pa.array([], pa.string()), since_1904=self.globals.since_1904, numbers=self.numbers
        )
        return Block.of(stored.rows, stored.columns, shown.texts(stored))

    def _texts(self, name: str) -> Iterator[tuple[int, int, str]]:
        sheet = self.loader.get_sheet_by_name(name)
        first_row, first_column = sheet.start or (0, 0)
        for row, cells in enumerate(sheet.to_python(), start=first_row + 1):
            for column, cell in enumerate(cells, start=first_column + 1):
                if cell and isinstance(cell, str):
                    yield row, column, cell


def _workbook_stream(compound: CompoundFile) -> tuple[str, bytes]:
    if _ENCRYPTED in compound.streams:
        raise protected()
    name = next((name for name in _STREAMS if name in compound.streams), None)
    if name is None:
        raise ParsingFailure(
            "The file is an Office file of before 2007, but no workbook.", "Save it as .xlsx, or as text, and send it."
        )
    return name, compound.stream(name)
