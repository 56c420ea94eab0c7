"""The XML of a worksheet (ECMA-376 part 1, 18.3.1.99), a megabyte at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, Final

from pipeline_exec.formats.workbook.cells.stored_cells import StoredCells
from pipeline_exec.formats.workbook.openxml.cell_parse import CellParser, ranges
from pipeline_exec.formats.workbook.openxml.cell_scan import scan
from pipeline_exec.formats.workbook.package.spelling import Unusual, unprefixed
from pipeline_exec.formats.workbook.sheets.merging import Range

#: Bytes looked at together; few enough to stay in the processor's cache.
_CHUNK: Final = 1 << 20
#: The longest row that is looked at as a whole.
_LONGEST_ROW: Final = 16 << 20
#: How far the first row may be from the beginning.
_HEAD: Final = 16 << 20

_BEGINS: Final = re.compile(rb"<(\w+:)?sheetData\s*(/?)>")
#: Comments and the like, in which anything may stand.
_MARKUP: Final = b"<!"
_OTHER_ENCODING: Final = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8|us-ascii)""", re.IGNORECASE)


class SheetXml:
    """Reads one worksheet's XML."""

    def __init__(self, part: IO[bytes], longest: int) -> None:
        """Prepare; ``longest`` is how many characters a cell may have."""
        self.merged: list[Range] = []
        """The merged cells, once all cells were read."""
        self._part = part
        self._longest = longest
        self._last_row = 0
        self._rest = b""
        self._prefix = b""

    def cells(self) -> Iterator[StoredCells]:
        """All filled cells, some whole rows at a time.

        Raises:
            expat.ExpatError, ValueError: it is not the XML of a worksheet.
        """
        head = self._head()
        begins = _BEGINS.search(head)
        if begins is None or _OTHER_ENCODING.match(head) or _MARKUP in head[: begins.start()]:
            yield from self._parsed(self._chunks(head))
            return
        self._rest = head[begins.end() :]
        self._prefix = begins[1] or b""
        if not begins[2]:
            for piece in self._rows():
                yield from self._piece(piece)
        if _MARKUP in self._rest:
            begins_again = b"<%bworksheet><%bsheetData>" % (self._prefix, self._prefix)
            yield from self._parsed(chain([begins_again], self._chunks(self._rest)))
            return
        for chunk in self._chunks(self._rest):
            self.merged += ranges(chunk)

    def _head(self) -> bytes:
        head = b""
        while (chunk := self._part.read(_CHUNK)) and len(head) < _HEAD:
            head += chunk
            if _BEGINS.search(head):
                break
        return head

    def _chunks(self, first: bytes) -> Iterator[bytes]:
        yield first
        while chunk := self._part.read(_CHUNK):
            yield chunk

    def _rows(self) -> Iterator[bytes]:
        """Pieces of whole rows; what follows the last one stays in ``_rest``."""
        ends, row = b"</%bsheetData>" % self._prefix, b"<%brow" % self._prefix
        while _MARKUP not in self._rest:
            end = self._rest.find(ends)
            cut = max(self._rest.rfind(row), 0) if end < 0 else end
            piece, self._rest = self._rest[:cut], self._rest[cut:]
            yield piece
            if end >= 0:
                return
            chunk = self._part.read(_CHUNK)
            if not chunk or len(self._rest) > _LONGEST_ROW:
                raise ValueError("rows that do not end")
            self._rest += chunk

    def _piece(self, piece: bytes) -> Iterator[StoredCells]:
        try:
            cells, self._last_row = scan(unprefixed(piece, self._prefix), self._last_row)
        except Unusual:
            yield from self._parsed([b"<sheetData>", piece, b"</sheetData>"])
            return
        yield cells

    def _parsed(self, pieces: Iterable[bytes]) -> Iterator[StoredCells]:
        parser = CellParser(self._last_row, self._longest)
        yield from parser.parse(pieces)
        self._last_row = parser.row
        self.merged += parser.merged
