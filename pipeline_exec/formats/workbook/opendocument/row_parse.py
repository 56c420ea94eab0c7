"""Rows out of OpenDocument however it is written, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Final

import numpy as np
import pyarrow as pa
from lxml import etree

from pipeline_exec.formats.workbook.opendocument.document_cells import KINDS, VALUES, DocumentCells, Kind

#: A sheet has fewer rows, though the last of them may be repeated beyond its end.
MOST_REPEATED: Final = 1 << 30

_NAMES: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"
_TABLE, _ROW = _NAMES % ("table", "table"), _NAMES % ("table", "table-row")
_CELL, _COVERED = _NAMES % ("table", "table-cell"), _NAMES % ("table", "covered-table-cell")
_PARAGRAPH, _SPACES = _NAMES % ("text", "p"), _NAMES % ("text", "s")
_ROWS_REPEATED, _ROWS_SPANNED = (_NAMES % ("table", f"number-rows-{what}") for what in ("repeated", "spanned"))
_COLUMNS_REPEATED, _COLUMNS_SPANNED = (_NAMES % ("table", f"number-columns-{what}") for what in ("repeated", "spanned"))
_FORMULA: Final = _NAMES % ("table", "formula")
_TYPE: Final = _NAMES % ("office", "value-type")
_VALUES: Final = {kind: _NAMES % ("office", name) for kind, name in VALUES.items()}
_COUNT: Final = _NAMES % ("text", "c")
#: Elements of a paragraph that stand for a character.
_CHARACTERS: Final = {_NAMES % ("text", "tab"): "\t", _NAMES % ("text", "line-break"): "\n"}
#: Elements of a paragraph whose text is not its own.
_ASIDE: Final = frozenset(
    {_NAMES % ("text", "ruby-text"), _NAMES % ("text", "note"), _NAMES % ("office", "annotation")}
)
_MOST_SPACES: Final = 32_767
#: Bytes of XML of one row.
_LONGEST_ROW: Final = 64 << 20
#: Cells handed on at a time.
_CELLS: Final = 50_000


class RowParser:
    """Reads one table of a document."""

    def __init__(self, table: int) -> None:
        """Begin; ``table`` is which of the document's tables, counted from 0."""
        self._wanted = table
        self._row = 0
        self._forget()

    def parse(self, part: IO[bytes]) -> Iterator[DocumentCells]:
        """The cells of the document's content.

        Raises:
            ValueError: it is not the content of a spreadsheet.
        """
        table = -1
        watched = _Watched(part)
        try:
            for event, element in _elements(watched):
                if element.tag == _TABLE:
                    table += event == "start"
                elif event == "end":
                    if table == self._wanted:
                        self._read(element)
                    _free(element)
                    watched.since_row = 0
                    if len(self._places) > _CELLS:
                        yield self._taken()
        except etree.XMLSyntaxError as error:
            raise ValueError("no well-formed XML") from error
        yield self._taken()

    def _read(self, row: etree._Element) -> None:
        height = _number(row, _ROWS_REPEATED)
        column = 1
        for cell in row.iterchildren(_CELL, _COVERED):
            width = _number(cell, _COLUMNS_REPEATED)
            kind = KINDS.get(cell.get(_TYPE, "string"), Kind.TEXT)
            value, shown = cell.get(_VALUES[kind]), _shown(cell)
            formula = None if cell.get(_TYPE) == "string" else cell.get(_FORMULA)
            if value or shown or formula is not None:
                self._merge(cell)
                self._places.append((self._row + 1, height, column, width, kind))
                self._values.append(value)
                self._texts.append(shown)
                self._formulas.append(formula)
            column += width
        self._row += height

    def _merge(self, cell: etree._Element) -> None:
        span = _number(cell, _ROWS_SPANNED), _number(cell, _COLUMNS_SPANNED)
        if span != (1, 1):
            self._spans[len(self._places)] = span

    def _taken(self) -> DocumentCells:
        places = np.array(self._places, np.int64).reshape(-1, 5).T
        cells = DocumentCells(
            places[0],
            places[1],
            places[2],
            places[3],
            places[4].astype(np.uint8),
            pa.array(self._values, pa.string()),
            pa.array(self._texts, pa.string()),
            self._spans,
        ).with_formulas(pa.array(self._formulas, pa.string()))
        self._forget()
        return cells

    def _forget(self) -> None:
        self._places: list[tuple[int, int, int, int, int]] = []
        self._values: list[str | None] = []
        self._texts: list[str] = []
        self._formulas: list[str | None] = []
        self._spans: dict[int, tuple[int, int]] = {}


def shown_in(contents: Iterable[bytes], root: bytes) -> pa.StringArray:
    """What cells show, by the XML within each of them.

    Args:
        contents: The XML.
        root: The tag with which the document begins, which says what names mean.

    Raises:
        ValueError: it is not well formed.
    """
    name = root[1:].split()[0]
    cells = b"".join(b"<table:table-cell>%b</table:table-cell>" % content for content in contents)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        parsed = etree.fromstring(b"%b%b</%b>" % (root, cells, name), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no well-formed XML") from error
    return pa.array(map(_shown, parsed), pa.string())


def _number(element: etree._Element, name: str) -> int:
    number = int(element.get(name, "1"))
    if not 1 <= number <= MOST_REPEATED:
        raise ValueError(f"a count of {number}")
    return number


class _Watched:
    """A part that fails when too much of it is read without a row's end: what was read of a row is held in memory."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self.since_row = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._part.read(size)
        self.since_row += len(piece)
        if self.since_row > _LONGEST_ROW:
            raise ValueError("a row that does not end")
        return piece


def _elements(part: _Watched) -> Iterator[tuple[str, etree._Element]]:
    """Tables as they begin, and rows as they end; entities are not resolved, and nothing outside is looked at."""
    found: Iterator[tuple[str, etree._Element]] = etree.iterparse(
        part,
        events=("start", "end"),
        tag=(_TABLE, _ROW),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    return found


def _free(row: etree._Element) -> None:
    """Free a row and what stands in front of it."""
    row.clear()
    parent = row.getparent()
    while parent is not None and row.getprevious() is not None:
        del parent[0]


def _shown(cell: etree._Element) -> str:
    return "\n".join(map(_paragraph, cell.iterchildren(_PARAGRAPH)))


def _paragraph(paragraph: etree._Element) -> str:
    return (paragraph.text or "") if len(paragraph) == 0 else "".join(_pieces(paragraph))


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == _SPACES:
            yield " " * min(int(child.get(_COUNT, "1")), _MOST_SPACES)
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag not in _ASIDE:
            yield from _pieces(child)
        yield child.tail or ""
