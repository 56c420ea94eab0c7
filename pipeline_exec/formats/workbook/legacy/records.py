"""The records of a workbook of before 2007 ([MS-XLS]), as far as the loader does not tell what they say."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline_exec.formats.workbook.cells.format_codes import BUILT_IN, Look, look_of
from pipeline_exec.formats.workbook.cells.stored_cells import Kind
from pipeline_exec.formats.workbook.sheets.merging import Range

#: [MS-XLS] 2.3: the kinds of records, by what they say.
_BEGIN, _END, _SHEET, _SINCE_1904, _PASSWORD = 0x809, 0x0A, 0x85, 0x22, 0x2F
_FORMATS: Final = frozenset({0x41E, 0x1E})
_STYLE, _MERGED, _REACH = 0xE0, 0xE5, 0x200
_NUMBER, _SMALL, _SMALLS, _TRUTH = 0x203, 0x27E, 0xBD, 0x205
_FORMULAS: Final = frozenset({0x06, 0x206, 0x406})
_TEXTS: Final = frozenset({0x204, 0xFD, 0xD6})
_PLACED: Final = frozenset({_NUMBER, _SMALL, _SMALLS, _TRUTH}) | _FORMULAS | _TEXTS
_WORKSHEET: Final = 0
#: "Excel specifications and limits" of Excel 2003.
MOST_COLUMNS: Final = 256
_MODERN: Final = 0x0600

#: [MS-XLS] 2.5.10.
ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@dataclass(frozen=True)
class BinarySheet:
    """A sheet as the workbook lists it."""

    name: str
    is_hidden: bool
    is_worksheet: bool
    place: int
    """Where its records begin."""


@dataclass
class Globals:
    """What holds for the whole workbook."""

    sheets: list[BinarySheet] = field(default_factory=list)
    looks: list[tuple[Look, Look]] = field(default_factory=list)
    since_1904: bool = False
    is_protected: bool = False


@dataclass(frozen=True)
class BinaryCell:
    """A cell that holds a number, a truth value or an error."""

    row: int
    column: int
    """Both 1-based."""
    kind: Kind
    style: int
    text: str


@dataclass
class BinaryCells:
    """The cells of a sheet that are no text, and how far all of its cells reach."""

    cells: list[BinaryCell] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    rows: int = 0
    columns: int = 0


def read_globals(stream: bytes) -> Globals:
    """What is said before the sheets.

    Raises:
        ValueError, LookupError, struct.error: it is damaged.
    """
    found = Globals()
    codes = dict(BUILT_IN)
    version = _MODERN
    for kind, data in _records(stream, 0):
        if kind == _BEGIN:
            (version,) = struct.unpack_from("<H", data)
        elif kind == _PASSWORD:
            found.is_protected = True
        elif kind == _SINCE_1904:
            found.since_1904 = data[:1] == b"\x01"
        elif kind == _SHEET:
            found.sheets.append(_sheet(data, version))
        elif kind in _FORMATS:
            codes[struct.unpack_from("<H", data)[0]] = _code(data[2:], version)
        elif kind == _STYLE:
            found.looks.append(look_of(codes.get(struct.unpack_from("<H", data, 2)[0], "General")))
        elif kind == _END:
            break
    return found


def read_cells(stream: bytes, sheet: BinarySheet) -> BinaryCells:
    """What a sheet says of its cells.

    Raises:
        ValueError, LookupError, struct.error: it is damaged.
    """
    found = BinaryCells()
    depth = 0
    for kind, data in _records(stream, sheet.place):
        # Charts lie within sheets and have records of their own.
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 0:
            break
        if depth == 1 and kind in _PLACED:
            row, column = struct.unpack_from("<HH", data)
            last = struct.unpack_from("<H", data, len(data) - 2)[0] if kind == _SMALLS else column
            found.rows, found.columns = max(found.rows, row + 1), max(found.columns, last + 1)
            found.cells += _cells(kind, data, row + 1, column + 1)
        elif depth == 1 and kind == _MERGED:
            found.merged += [
                Range(first + 1, left + 1, last + 1, right + 1)
                for first, last, left, right in struct.iter_unpack("<4H", data[2 : 2 + (len(data) - 2) // 8 * 8])
            ]
    return found


def without_reaches(stream: bytes, sheets: Sequence[BinarySheet]) -> bytes:
    """The stream, but no sheet says any more how far it reaches, for the loader takes room for all of it.

    Raises:
        struct.error: it is damaged.
        ValueError: a cell lies beyond the bounds of a sheet.
    """
    modest = bytearray(stream)
    for sheet in sheets:
        at = sheet.place
        for kind, data in _records(stream, sheet.place):
            if kind == _REACH:
                modest[at + 4 : at + 4 + len(data)] = bytes(len(data))
            elif kind in _PLACED and struct.unpack_from("<HH", data)[1] >= MOST_COLUMNS:
                raise ValueError("a cell beyond the last column")
            elif kind == _END:
                break
            at += 4 + len(data)
    return bytes(modest)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _sheet(data: bytes, version: int) -> BinarySheet:
    place, hidden, kind, length = struct.unpack_from("<IBBB", data)
    text = data[7:]
    name = text[:length].decode("cp1252", "replace") if version < _MODERN else _unicode(text, length)
    return BinarySheet(name, hidden & 3 != 0, kind == _WORKSHEET, place)


def _code(data: bytes, version: int) -> str:
    if version < _MODERN:
        return data[1 : 1 + data[0]].decode("cp1252", "replace")
    return _unicode(data[2:], struct.unpack_from("<H", data)[0])


def _unicode(data: bytes, length: int) -> str:
    """Text behind a byte that says whether its characters take one byte or two."""
    return (
        data[1 : 1 + 2 * length].decode("utf-16-le", "replace")
        if data[0] & 1
        else data[1 : 1 + length].decode("latin-1")
    )


def _cells(kind: int, data: bytes, row: int, column: int) -> Iterator[BinaryCell]:
    if kind == _SMALLS:
        for at in range(4, len(data) - 2, 6):
            style, value = struct.unpack_from("<HI", data, at)
            yield BinaryCell(row, column + (at - 4) // 6, Kind.NUMBER, style, _small(value))
        return
    (style,) = struct.unpack_from("<H", data, 4)
    if kind == _NUMBER:
        yield BinaryCell(row, column, Kind.NUMBER, style, repr(struct.unpack_from("<d", data, 6)[0]))
    elif kind == _SMALL:
        yield BinaryCell(row, column, Kind.NUMBER, style, _small(struct.unpack_from("<I", data, 6)[0]))
    elif kind == _TRUTH:
        yield _truth(row, column, style, data[6], is_error=data[7] == 1)
    elif kind in _FORMULAS:
        yield from _formula(row, column, style, data)


def _small(value: int) -> str:
    """A number in four bytes ([MS-XLS] 2.5.217): an integer, or the upper half of a float; either of it hundredfold."""
    if value & 2:
        number = float((value >> 2) - (1 << 30 if value & 0x80000000 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))[0]
    return repr(number / 100 if value & 1 else number)


def _formula(row: int, column: int, style: int, data: bytes) -> Iterator[BinaryCell]:
    """The value a formula had ([MS-XLS] 2.5.133); that of a text stands elsewhere."""
    if data[12:14] != b"\xff\xff":
        yield BinaryCell(row, column, Kind.NUMBER, style, repr(struct.unpack_from("<d", data, 6)[0]))
    elif data[6] in {1, 2}:
        yield _truth(row, column, style, data[8], is_error=data[6] == 2)


def _truth(row: int, column: int, style: int, value: int, *, is_error: bool) -> BinaryCell:
    if is_error:
        return BinaryCell(row, column, Kind.ERROR, style, ERRORS.get(value, "#N/A"))
    return BinaryCell(row, column, Kind.BOOLEAN, style, str(value & 1))
