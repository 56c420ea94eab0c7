"""Cells out of XML however it is written, element by element."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from pipeline_exec.formats.workbook.bounds import MAX_ROWS, column_number
from pipeline_exec.formats.workbook.cells.stored_cells import KINDS, Kind, StoredCells
from pipeline_exec.formats.workbook.package.entities import unescaped
from pipeline_exec.formats.workbook.package.xml import local_name, refuse_declarations
from pipeline_exec.formats.workbook.sheets.merging import Range

_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_MERGED: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
#: Cells handed on at a time.
_CELLS: Final = 50_000


class CellParser:
    """Reads a worksheet's XML, or some whole rows of it."""

    def __init__(self, last_row: int, longest: int) -> None:
        """Begin.

        Args:
            last_row: The number of the row before the first.
            longest: Characters of a cell at most.
        """
        self.merged: list[Range] = []
        self._longest = longest
        self.row = last_row
        """The number of the last row that was read."""
        self._has_number = False
        self._column = 0
        self._kind, self._style = Kind.NUMBER, 0
        self._is_within_cell = False
        self._value: list[str] | None = None
        """Of the cell that is read; None where it has none so far."""
        self._formula: list[str] | None = None
        self._taking: list[str] | None = None
        """The one of the two that characters belong to."""
        self._length = 0
        self._within_phonetic = False
        self._cells: list[tuple[int, int, int, int, str]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        refuse_declarations(parser)
        self._parser = parser

    def parse(self, pieces: Iterable[bytes]) -> Iterator[StoredCells]:
        """The filled cells of the XML that these pieces are one after the other.

        Raises:
            expat.ExpatError, ValueError: it is not well formed, or not that of a worksheet.
        """
        for piece in pieces:
            self._parser.Parse(piece, False)
            if len(self._cells) > _CELLS:
                yield self._taken(whole=False)
        self._parser.Parse(b"", True)
        yield self._taken(whole=True)

    def _taken(self, *, whole: bool) -> StoredCells:
        """What was read, but for the row that is still being read."""
        count = len(self._cells)
        while not whole and count and self._cells[count - 1][0] == self.row:
            count -= 1
        taken, self._cells = self._cells[:count], self._cells[count:]
        rows, columns, kinds, styles, texts = zip(*taken, strict=True) if taken else ((), (), (), (), ())
        return StoredCells(
            np.array(rows, np.int64),
            np.array(columns, np.int64),
            np.array(kinds, np.uint8),
            np.array(styles, np.int64),
            unescaped(pa.array(texts, pa.string())),
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match local_name(name):
            case "row":
                self._has_number = "r" in attributes
                self.row, self._column = int(attributes.get("r", self.row + 1)), 0
                if not 1 <= self.row <= MAX_ROWS:
                    raise ValueError(f"the row {self.row}")
            case "c":
                self._begin(attributes)
            case "v" | "t" if self._is_within_cell and not self._within_phonetic:
                self._length = sum(map(len, self._value or ()))
                self._taking = self._value = self._value or []
            case "f" if self._is_within_cell:
                self._length = 0
                self._taking = self._formula = []
            case "rPh":
                self._within_phonetic = True
            case "mergeCell":
                if match := _MERGED.fullmatch(attributes.get("ref", "")):
                    self.merged.append(_range(match))

    def _begin(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._column += 1
        if reference is not None:
            match = _REFERENCE.fullmatch(reference)
            if match is None or (self._has_number and int(match[2]) != self.row):
                raise ValueError(f"the place {reference}")
            self.row, self._has_number, self._column = int(match[2]), True, column_number(match[1].upper())
        self._kind, self._style = KINDS[attributes.get("t", "n")], int(attributes.get("s", 0))
        self._value = self._formula = self._taking = None
        self._is_within_cell = True

    def _end(self, name: str) -> None:
        match local_name(name):
            case "c":
                self._keep()
                self._is_within_cell = False
            case "v" | "t" | "f":
                self._taking = None
            case "rPh":
                self._within_phonetic = False

    def _keep(self) -> None:
        """Keep the value of a cell, or its formula where no value is stored; an empty text is one."""
        if self._value:
            self._cells.append((self.row, self._column, self._kind, self._style, "".join(self._value)))
        elif self._formula is not None and (self._value is None or self._kind is not Kind.TEXT):
            self._cells.append((self.row, self._column, Kind.FORMULA, self._style, "".join(self._formula)))

    def _characters(self, text: str) -> None:
        if self._taking is not None:
            self._length += len(text)
            if self._length > self._longest:
                raise ValueError("a cell that is too long")
            self._taking.append(text)


def ranges(xml: bytes) -> list[Range]:
    """The merged cells of a piece of XML."""
    found = re.findall(rb"mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})[\"']", xml)
    return [_range(match) for text in found if (match := _MERGED.fullmatch(text.decode()))]


def _range(match: re.Match[str]) -> Range:
    return Range(int(match[2]), column_number(match[1]), int(match[4]), column_number(match[3]))
