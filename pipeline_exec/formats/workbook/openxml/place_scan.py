"""Where cells are, in which style and of what kind: the attributes of many of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline_exec.formats.workbook.cells.stored_cells import KINDS, Bytes, Integers
from pipeline_exec.formats.workbook.package.spelling import Mask, Unusual
from pipeline_exec.formats.workbook.package.tag_scan import Tags, TagScan

_SPACE, _QUOTE, _EQUALS, _GREATER = b' "=>'
_MOST_LETTERS: Final = 3
_MOST_DIGITS: Final = 7
_NONE: Final = 255
#: The kinds whose names are one letter, by that letter.
_LETTER_KINDS: Final = np.full(256, _NONE, np.uint8)
for _name, _kind in KINDS.items():
    if len(_name) == 1:
        _LETTER_KINDS[ord(_name)] = _kind
_LONG_KINDS: Final = tuple(name for name in KINDS if len(name) > 1)
_ROW: Final = b"<row"
_CELL: Final = b"<c"
_WANTED: Final = frozenset({b"r", b"s", b"t"})


@dataclass(frozen=True)
class Places:
    """What the attributes of cells say."""

    numbers: Integers
    """The 1-based number of each row."""
    columns: Integers
    """The 1-based number of each cell's column."""
    styles: Integers
    kinds: Bytes

    def at(self, cells: Integers) -> Places:
        """Those of some of the cells."""
        return Places(self.numbers, self.columns[cells], self.styles[cells], self.kinds[cells])


@dataclass(frozen=True)
class Outline:
    """The tags of a piece of XML."""

    piece: bytes
    data: Bytes
    """The same bytes, padded."""
    tags: Integers
    """Where each begins, and the end."""
    rows: Integers
    cells: Integers
    """Which of them are those of rows and of cells."""


def usual_places(data: Bytes, rows: Integers, cells: Integers, lines: Integers) -> Places:
    """Cells whose first attribute is their place, as in what nearly every program writes.

    Args:
        data: The XML.
        rows: Where the tags of rows begin.
        cells: Where those of cells begin.
        lines: In which of the rows each cell is.

    Raises:
        Unusual: they are written otherwise.
    """
    numbers, digits = _row_numbers(data, rows)
    columns, styles, kinds = _attributes(data, cells, digits[lines])
    return Places(numbers, columns, styles, kinds)


def other_places(outline: Outline, above: int) -> Places:
    """Every cell, with its attributes in any order; places that are not given follow one another.

    Args:
        outline: The tags.
        above: The number of the row above the first.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    scan, tags = TagScan(outline.piece, outline.data), outline.tags
    rows = scan.tags(tags[outline.rows] + len(_ROW), tags[outline.rows + 1], _WANTED)
    cells = scan.tags(tags[outline.cells] + len(_CELL), tags[outline.cells + 1], _WANTED)
    lines = np.searchsorted(outline.rows, outline.cells) - 1
    is_first = np.append(True, lines[1:] != lines[:-1])[: len(lines)]
    given = _numbers(outline.data, rows, b"r")
    if ((given == 0) & (rows.ends[b"r"] > 0)).any():
        raise Unusual
    numbers = _counted(given, np.arange(len(given)) == 0, above + 1)
    columns = _counted(_columns(outline.data, cells, numbers[lines]), is_first, 1)
    return Places(numbers, columns, _numbers(outline.data, cells, b"s"), _named_kinds(outline.data, cells))


def _row_numbers(data: Bytes, rows: Integers) -> tuple[Integers, Integers]:
    """The number of each row, and how many digits it has."""
    if (data[rows[:, None] + np.arange(8)] != np.frombuffer(b'<row r="', np.uint8)).any():
        raise Unusual
    numbers, ends = _digits(data, rows + 8, _MOST_DIGITS)
    return numbers, ends - rows - 8


def _attributes(data: Bytes, cells: Integers, row_digits: Integers) -> tuple[Integers, Integers, Bytes]:
    """Column, style and kind of each cell."""
    if (data[cells[:, None] + np.arange(2, 6)] != np.frombuffer(b' r="', np.uint8)).any():
        raise Unusual
    columns, at = _letters(data, cells + 6)
    at = _closed(data, at + row_digits)
    styles = np.zeros(len(cells), np.int64)
    kinds = np.zeros(len(cells), np.uint8)
    more = np.flatnonzero(data[at] == _SPACE)
    while len(more):
        here = at[more]
        names = data[here + 1]
        if (data[here + 2] != _EQUALS).any() or (data[here + 3] != _QUOTE).any():
            raise Unusual
        is_style, is_kind = names == ord("s"), names == ord("t")
        if not (is_style | is_kind).all():
            raise Unusual
        styled, typed = more[is_style], more[is_kind]
        styles[styled], ends = _digits(data, here[is_style] + 4, _MOST_DIGITS)
        at[styled] = _closed(data, ends)
        kinds[typed], ends = _kinds(data, here[is_kind] + 4)
        at[typed] = _closed(data, ends)
        more = more[data[at[more]] == _SPACE]
    if (data[at] != _GREATER).any():
        raise Unusual
    return columns, styles, kinds


def _letters(data: Bytes, at: Integers) -> tuple[Integers, Integers]:
    numbers = np.zeros(len(at), np.int64)
    at = at.copy()
    for _ in range(_MOST_LETTERS):
        letters = data[at]
        is_letter = (letters >= ord("A")) & (letters <= ord("Z"))
        numbers = np.where(is_letter, numbers * 26 + letters - (ord("A") - 1), numbers)
        at += is_letter
    if not numbers.all():
        raise Unusual
    return numbers, at


def _digits(data: Bytes, at: Integers, most: int) -> tuple[Integers, Integers]:
    """The number that stands at each place, and where it ends."""
    numbers = np.zeros(len(at), np.int64)
    at = at.copy()
    going = np.ones(len(at), np.bool_)
    for _ in range(most):
        digits = data[at]
        going &= (digits >= ord("0")) & (digits <= ord("9"))
        if not going.any():
            break
        numbers = np.where(going, numbers * 10 + digits - ord("0"), numbers)
        at += going
    return numbers, at


def _kinds(data: Bytes, at: Integers) -> tuple[Bytes, Integers]:
    """The kind that is named at each place, and where its name ends."""
    kinds, ends = _LETTER_KINDS[data[at]], at + 1
    others = np.flatnonzero((data[ends] != _QUOTE) | (kinds == _NONE))
    if len(others):
        here = at[others]
        found = np.full(len(others), _NONE, np.uint8)
        for name in _LONG_KINDS:
            spelled = np.frombuffer(name.encode(), np.uint8)
            is_named = (data[here[:, None] + np.arange(len(name))] == spelled).all(axis=1)
            found[is_named] = KINDS[name]
            ends[others[is_named]] = here[is_named] + len(name)
        kinds[others] = found
    if (kinds == _NONE).any():
        raise Unusual
    return kinds, ends


def _closed(data: Bytes, at: Integers) -> Integers:
    """The places behind the quotes that must stand here."""
    if (data[at] != _QUOTE).any():
        raise Unusual
    return at + 1


def _counted(given: Integers, is_first: Mask, begins: int) -> Integers:
    """Numbers of which those not given, which are 0, are one more than the one before; the first of a run begins it."""
    places = np.arange(len(given))
    is_anchor = (given > 0) | is_first
    anchors = np.maximum.accumulate(np.where(is_anchor, places, 0))
    return np.where(given > 0, given, begins)[anchors] + places - anchors


def _numbers(data: Bytes, tags: Tags, name: bytes) -> Integers:
    """The numbers that an attribute has; 0 where it is not given."""
    given = np.flatnonzero(tags.ends[name])
    numbers = np.zeros(len(tags.behind), np.int64)
    numbers[given], ends = _digits(data, tags.starts[name][given], _MOST_DIGITS)
    _refuse_longer(ends, tags, name, given)
    return numbers


def _columns(data: Bytes, tags: Tags, rows: Integers) -> Integers:
    """The columns of the places that are given, which must be in these rows; 0 where none is."""
    given = np.flatnonzero(tags.ends[b"r"])
    columns = np.zeros(len(tags.behind), np.int64)
    columns[given], at = _letters(data, tags.starts[b"r"][given])
    numbers, ends = _digits(data, at, _MOST_DIGITS)
    _refuse_longer(ends, tags, b"r", given)
    if (numbers != rows[given]).any():
        raise Unusual
    return columns


def _named_kinds(data: Bytes, tags: Tags) -> Bytes:
    given = np.flatnonzero(tags.ends[b"t"])
    kinds = np.zeros(len(tags.behind), np.uint8)
    kinds[given], ends = _kinds(data, tags.starts[b"t"][given])
    _refuse_longer(ends, tags, b"t", given)
    return kinds


def _refuse_longer(ends: Integers, tags: Tags, name: bytes, given: Integers) -> None:
    """What was read of values must be all of them."""
    if (ends != tags.ends[name][given]).any() or (ends == tags.starts[name][given]).any():
        raise Unusual
