"""The rows of a table of an OpenDocument file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

import pyarrow as pa
from lxml import etree

from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS
from pipeline_exec.formats.workbook.cells.number_texts import plain_texts
from pipeline_exec.formats.workbook.opendocument.digits_shown import digits_shown
from pipeline_exec.formats.workbook.sheets.merging import Range
from pipeline_exec.model.pipeline import NumbersRead

_NAMES: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"
_TABLE, _ROW = _NAMES % ("table", "table"), _NAMES % ("table", "table-row")
_CELLS: Final = (_NAMES % ("table", "table-cell"), _NAMES % ("table", "covered-table-cell"))
_PARAGRAPH, _SPACES = _NAMES % ("text", "p"), _NAMES % ("text", "s")
_ROWS_REPEATED, _ROWS_SPANNED = (_NAMES % ("table", f"number-rows-{what}") for what in ("repeated", "spanned"))
_COLUMNS_REPEATED, _COLUMNS_SPANNED = (_NAMES % ("table", f"number-columns-{what}") for what in ("repeated", "spanned"))
_TYPE, _VALUE, _DATE, _TIME, _BOOLEAN, _STRING = (
    _NAMES % ("office", name)
    for name in ("value-type", "value", "date-value", "time-value", "boolean-value", "string-value")
)
_COUNT: Final = _NAMES % ("text", "c")
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})
#: Elements of a paragraph that stand for a character.
_CHARACTERS: Final = {_NAMES % ("text", "tab"): "\t", _NAMES % ("text", "line-break"): "\n"}
#: Elements of a paragraph whose text is not its own.
_ASIDE: Final = frozenset(
    {_NAMES % ("text", "ruby-text"), _NAMES % ("text", "note"), _NAMES % ("office", "annotation")}
)
_MOST_SPACES: Final = 32_767
#: Bytes of XML of one row.
_LONGEST_ROW: Final = 64 << 20
_MIDNIGHT: Final = re.compile(r"T00:00(?::00(?:\.0+)?)?$")
#: ISO 8601 durations as programs write them.
_DURATION: Final = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")


@dataclass(frozen=True)
class DocumentRow:
    """A row in which something stands, or several that are alike."""

    number: int
    """1-based; of the first of them."""
    count: int
    cells: Mapping[int, str]
    """The filled ones by their 1-based columns."""


class DocumentRows:
    """The rows of one table, read as they are iterated."""

    def __init__(self, part: IO[bytes], table: int, numbers: NumbersRead, longest: int) -> None:
        """Prepare.

        Args:
            part: The document's content.
            table: Which of its tables, counted from 0.
            numbers: How numbers are read.
            longest: Characters of a cell at most.
        """
        self.merged: list[Range] = []
        """The merged cells, once all rows were read."""
        self._part = part
        self._wanted = table
        self._numbers = numbers
        self._longest = longest
        self._row = 0

    def __iter__(self) -> Iterator[DocumentRow]:
        """The rows from top to bottom.

        Raises:
            ValueError: it is not the content of a spreadsheet.
        """
        table = -1
        watched = _Watched(self._part)
        try:
            for event, element in _elements(watched):
                if element.tag == _TABLE:
                    table += event == "start"
                elif event == "end":
                    if table == self._wanted:
                        yield from self._read(element)
                    _forget(element)
                    watched.since_row = 0
        except etree.XMLSyntaxError as error:
            raise ValueError("no well-formed XML") from error

    def _read(self, row: etree._Element) -> Iterator[DocumentRow]:
        count = int(row.get(_ROWS_REPEATED, "1"))
        cells = self._cells(row)
        if cells:
            if self._row + count > MAX_ROWS:
                raise ValueError("more rows than a sheet has")
            yield DocumentRow(self._row + 1, count, cells)
        self._row += count

    def _cells(self, row: etree._Element) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = 1
        for cell in row.iterchildren(*_CELLS):
            count = int(cell.get(_COLUMNS_REPEATED, "1"))
            if text := self._text(cell):
                if column + count - 1 > MAX_SHEET_COLUMNS:
                    raise ValueError("more columns than a sheet has")
                if count == 1:
                    cells[column] = text
                else:
                    cells.update(dict.fromkeys(range(column, column + count), text))
                self._merge(cell, column)
            column += count
        return cells

    def _merge(self, cell: etree._Element, column: int) -> None:
        width, height = int(cell.get(_COLUMNS_SPANNED, "1")), int(cell.get(_ROWS_SPANNED, "1"))
        if width > 1 or height > 1:
            self.merged.append(Range(self._row + 1, column, self._row + height, column + width - 1))

    def _text(self, cell: etree._Element) -> str:
        shown = "\n".join(map(_paragraph, cell.iterchildren(_PARAGRAPH)))
        if len(shown) > self._longest:
            raise ValueError("a cell that is too long")
        kind = cell.get(_TYPE, "")
        if kind in _NUMBERS:
            return self._number(cell.get(_VALUE, ""), shown, is_percentage=kind == "percentage")
        if kind == "date":
            return _MIDNIGHT.sub("", cell.get(_DATE, shown))
        if kind == "time":
            return _clock(cell.get(_TIME, "")) or shown
        if kind == "boolean":
            return cell.get(_BOOLEAN, shown)
        return shown or cell.get(_STRING, "")

    def _number(self, value: str, shown: str, *, is_percentage: bool) -> str:
        if self._numbers is NumbersRead.SHOWN and shown:
            return shown
        if self._numbers is NumbersRead.PLAIN:
            plain = digits_shown(value, shown, is_percentage=is_percentage)
            if plain is not None:
                return plain
        return str(plain_texts(pa.array([value], pa.string()))[0])


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


def _forget(row: etree._Element) -> None:
    """Free a row and what stands in front of it."""
    row.clear()
    parent = row.getparent()
    while parent is not None and row.getprevious() is not None:
        del parent[0]


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


def _clock(duration: str) -> str:
    """A duration as hours, minutes and seconds; empty when it is none."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return ""
    sign, days, hours, minutes, seconds, fraction = match.groups(default="0")
    rest = f".{fraction}" if fraction.strip("0") else ""
    return f"{sign.strip('0')}{int(days) * 24 + int(hours):02}:{int(minutes):02}:{int(seconds):02}{rest}"
