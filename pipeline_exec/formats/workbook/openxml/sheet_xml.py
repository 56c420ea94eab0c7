"""The XML of a worksheet (ECMA-376 part 1, 18.3.1.99), some megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from pipeline_exec.formats.workbook.cells.stored_cells import StoredCells
from pipeline_exec.formats.workbook.openxml.cell_parse import CellParser, ranges
from pipeline_exec.formats.workbook.openxml.cell_scan import scan
from pipeline_exec.formats.workbook.package.list_xml import ListXml
from pipeline_exec.formats.workbook.package.spelling import Unusual
from pipeline_exec.formats.workbook.sheets.merging import Range


class SheetXml:
    """Reads one worksheet's XML."""

    def __init__(self, part: IO[bytes], longest: int) -> None:
        """Prepare; ``longest`` is how many characters a cell may have."""
        self.merged: list[Range] = []
        """The merged cells, once all cells were read."""
        self._xml = ListXml(part, b"sheetData", b"row")
        self._longest = longest
        self._last_row = 0

    def cells(self) -> Iterator[StoredCells]:
        """All filled cells, some whole rows at a time.

        Raises:
            expat.ExpatError, ValueError: it is not the XML of a worksheet.
        """
        try:
            for piece in self._xml.pieces():
                yield from self._piece(piece)
        except Unusual:
            yield from self._parsed(self._xml.rest())
        else:
            self._look_for_merged()

    def _piece(self, piece: bytes) -> Iterator[StoredCells]:
        try:
            cells, self._last_row = self._xml.scanned(piece, lambda xml: scan(xml, self._last_row))
        except Unusual:
            yield from self._parsed([b"<sheetData>", piece, b"</sheetData>"])
        else:
            yield cells

    def _parsed(self, pieces: Iterable[bytes]) -> Iterator[StoredCells]:
        parser = CellParser(self._last_row, self._longest)
        yield from parser.parse(pieces)
        self._last_row = parser.row
        self.merged += parser.merged

    def _look_for_merged(self) -> None:
        rest = b""
        for chunk in self._xml.rest():
            rest += chunk
            cut = rest.rfind(b"<")
            self.merged += ranges(rest[:cut])
            rest = rest[cut:]
        self.merged += ranges(rest)
