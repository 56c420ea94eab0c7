"""The rows of a table of an OpenDocument file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final
from xml.parsers import expat

import pyarrow as pa

from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS
from pipeline_exec.formats.workbook.digits_shown import digits_shown
from pipeline_exec.formats.workbook.merging import Range
from pipeline_exec.formats.workbook.number_texts import plain_texts
from pipeline_exec.formats.workbook.xml import local_name, refuse_declarations
from pipeline_exec.model.pipeline import NumbersRead

_CHUNK: Final = 1 << 18
_CELLS: Final = frozenset({"table-cell", "covered-table-cell"})
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})
#: What stands in a cell and is not its text.
_ASIDE: Final = frozenset({"annotation", "ruby-text", "shapes", "frame"})
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
        self._wanted, self._table = table, -1
        self._numbers = numbers
        self._longest = longest
        self._found: list[DocumentRow] = []
        self._row, self._rows, self._column = 0, 1, 0
        self._cells: dict[int, str] = {}
        self._attributes: Mapping[str, str] = {}
        self._paragraphs: list[str] = []
        self._depth = self._aside = 0

    def __iter__(self) -> Iterator[DocumentRow]:
        """The rows from top to bottom.

        Raises:
            expat.ExpatError, ValueError: it is not the content of a spreadsheet.
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.buffer_text = True
        refuse_declarations(parser)
        while chunk := self._part.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from self._found
            self._found.clear()
        parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = local_name(name)
        if local == "table":
            self._table += 1
        if self._table != self._wanted:
            return
        if self._aside or local in _ASIDE:
            self._aside += 1
        elif local == "table-row":
            self._rows, self._column = int(attributes.get("table:number-rows-repeated", 1)), 0
            self._cells = {}
        elif local in _CELLS:
            self._attributes, self._paragraphs = attributes, []
        elif local in {"p", "h"}:
            self._paragraphs.append("")
            self._depth += 1
        elif self._depth:
            self._add({"s": " " * min(int(attributes.get("text:c", 1)), self._longest), "tab": "\t"}.get(local, ""))
            self._add("\n" if local == "line-break" else "")

    def _end(self, name: str) -> None:
        if self._table != self._wanted:
            return
        local = local_name(name)
        if self._aside:
            self._aside -= 1
        elif local in {"p", "h"}:
            self._depth -= 1
        elif local in _CELLS:
            self._end_cell()
        elif local == "table-row":
            self._end_row()

    def _characters(self, text: str) -> None:
        if self._depth and not self._aside and self._table == self._wanted:
            self._add(text)

    def _add(self, text: str) -> None:
        self._paragraphs[-1] += text
        if len(self._paragraphs[-1]) > self._longest:
            raise ValueError("a cell that is too long")

    def _end_cell(self) -> None:
        count = int(self._attributes.get("table:number-columns-repeated", 1))
        text = self._text()
        if text:
            if self._column + count > MAX_SHEET_COLUMNS:
                raise ValueError("more columns than a sheet has")
            self._cells.update(dict.fromkeys(range(self._column + 1, self._column + count + 1), text))
            self._merge()
        self._column += count

    def _end_row(self) -> None:
        if self._cells:
            if self._row + self._rows > MAX_ROWS:
                raise ValueError("more rows than a sheet has")
            self._found.append(DocumentRow(self._row + 1, self._rows, self._cells))
        self._row += self._rows

    def _merge(self) -> None:
        width = int(self._attributes.get("table:number-columns-spanned", 1))
        height = int(self._attributes.get("table:number-rows-spanned", 1))
        if width > 1 or height > 1:
            row, column = self._row + 1, self._column + 1
            self.merged.append(Range(row, column, row + height - 1, column + width - 1))

    def _text(self) -> str:
        attributes, shown = self._attributes, "\n".join(self._paragraphs)
        kind = attributes.get("office:value-type", "")
        if kind in _NUMBERS:
            return self._number(attributes.get("office:value", ""), shown, is_percentage=kind == "percentage")
        if kind == "date":
            return _MIDNIGHT.sub("", attributes.get("office:date-value", shown))
        if kind == "time":
            return _clock(attributes.get("office:time-value", "")) or shown
        if kind == "boolean":
            return attributes.get("office:boolean-value", shown)
        return shown or attributes.get("office:string-value", "")

    def _number(self, value: str, shown: str, *, is_percentage: bool) -> str:
        if self._numbers is NumbersRead.SHOWN and shown:
            return shown
        if self._numbers is NumbersRead.PLAIN:
            plain = digits_shown(value, shown, is_percentage=is_percentage)
            if plain is not None:
                return plain
        return str(plain_texts(pa.array([value], pa.string()))[0])


def _clock(duration: str) -> str:
    """A duration as hours, minutes and seconds; empty when it is none."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return ""
    sign, days, hours, minutes, seconds, fraction = match.groups(default="0")
    rest = f".{fraction}" if fraction.strip("0") else ""
    return f"{sign.strip('0')}{int(days) * 24 + int(hours):02}:{int(minutes):02}:{int(seconds):02}{rest}"
