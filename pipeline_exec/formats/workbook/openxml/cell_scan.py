"""Cells out of XML as nearly every program writes it: whole pieces of it at once, and no Python object for a cell.

It understands one spelling of elements and attributes and is sure of it; whatever else stands there is refused, for
``cell_parse`` to read.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline_exec.formats.workbook.cells.stored_cells import KINDS, Bytes, Integers, StoredCells, texts_between
from pipeline_exec.formats.workbook.package.entities import resolved, unescaped


class Unusual(Exception):
    """XML is written in a way that few programs have."""


#: Behind the piece, so that looking a few bytes ahead needs no bounds.
_PADDING: Final = bytes(32)

_SPACE, _QUOTE, _SLASH, _EQUALS, _GREATER = b' "/=>'
_PRESERVING: Final = b' xml:space="preserve">'
#: How far the text of a cell begins behind ``<t``.
_PRESERVED: Final = 2 + len(_PRESERVING)
_MOST_LETTERS: Final = 3
_MOST_DIGITS: Final = 7
_NONE: Final = 255
#: The kinds whose names are one letter, by that letter.
_LETTER_KINDS: Final = np.full(256, _NONE, np.uint8)
for _name, _kind in KINDS.items():
    if len(_name) == 1:
        _LETTER_KINDS[ord(_name)] = _kind
_LONG_KINDS: Final = tuple(name for name in KINDS if len(name) > 1)
#: Where none of these bytes stands, texts mean what they are.
_SPELLINGS: Final = (b"&", b"_x", b"\r")


def scan(piece: bytes) -> StoredCells:
    """The filled cells of whole rows.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    data = np.frombuffer(piece + _PADDING, np.uint8)
    tags = np.flatnonzero(data == ord("<"))
    first, second = data[tags + 1], data[tags + 2]
    _refuse_unknown(data, tags, first, second)
    is_row, is_cell = (first == ord("r")), (first == ord("c"))
    _refuse_unclosed(is_row, (first == _SLASH) & (second == ord("r")), _is_empty(data, tags, is_row))
    _refuse_unclosed(is_cell, (first == _SLASH) & (second == ord("c")), _is_empty(data, tags, is_cell))
    values = np.flatnonzero((first == ord("v")) | (first == ord("t")))
    starts, ends = _value_places(data, tags, first, values)
    owners = np.cumsum(is_cell)[values] - 1
    lines = np.cumsum(is_row)[values] - 1
    if (len(values) and (np.diff(owners) == 0).any()) or (len(values) and min(owners[0], lines[0]) < 0):
        raise Unusual
    numbers, digits = _row_numbers(data, tags[is_row])
    columns, styles, kinds = _attributes(data, tags[is_cell][owners], digits[lines])
    return StoredCells(numbers[lines], columns, kinds, styles, _texts(piece, data, starts, ends))


def scan_strings(piece: bytes) -> pa.StringArray:
    """The texts of whole ``si`` elements, each of one ``t``.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    data = np.frombuffer(piece + _PADDING, np.uint8)
    tags = np.flatnonzero(data == ord("<"))
    first, second = data[tags + 1], data[tags + 2]
    is_item, is_text = first == ord("s"), first == ord("t")
    is_known = (is_item & (second == ord("i"))) | (is_text & _among(second, b" />"))
    if not (is_known | ((first == _SLASH) & _among(second, b"st"))).all():
        raise Unusual
    values = np.flatnonzero(is_text)
    owners = np.cumsum(is_item)[values] - 1
    if len(values) != np.count_nonzero(is_item) or (owners != np.arange(len(values))).any():
        raise Unusual
    starts, ends = _value_places(data, tags, first, values)
    return _texts(piece, data, starts, ends)


def _texts(piece: bytes, data: Bytes, starts: Integers, ends: Integers) -> pa.StringArray:
    try:
        texts = texts_between(data, starts, ends)
        return unescaped(resolved(texts)) if any(spelling in piece for spelling in _SPELLINGS) else texts
    except (pa.ArrowInvalid, ValueError) as error:
        raise Unusual from error


def _refuse_unknown(data: Bytes, tags: Integers, first: Bytes, second: Bytes) -> None:
    """Every tag must be one of those a worksheet's rows consist of."""
    known = (
        ((first == ord("c")) & _among(second, b" />"))
        | ((first == ord("v")) & _among(second, b"/>"))
        | ((first == ord("t")) & _among(second, b" />"))
        | ((first == ord("f")) & _among(second, b" />"))
        | ((first == ord("i")) & (second == ord("s")))
        | ((first == ord("r")) & (second == ord("o")))
        | ((first == _SLASH) & _among(second, b"cvtfir"))
    )
    if not known.all() or (data[tags[first == ord("i")] + 3] != _GREATER).any():
        raise Unusual


def _among(characters: Bytes, allowed: bytes) -> npt.NDArray[np.bool_]:
    is_allowed = np.zeros(256, np.bool_)
    is_allowed[list(allowed)] = True
    return is_allowed[characters]


def _is_empty(data: Bytes, tags: Integers, is_element: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of each such element, whether it ends where it begins: ``<c r="A1" s="3"/>``."""
    following = np.append(tags[1:], len(data) - len(_PADDING))[is_element]
    # Between an element that ends at once and the next there is nothing but white space.
    is_slash: npt.NDArray[np.bool_] = _last_before(data, following) == _SLASH
    return is_slash


def _last_before(data: Bytes, ends: Integers) -> Bytes:
    """The byte in front of the ``>`` that stands before each place, but for white space; 0 for another."""
    at = ends - 1
    spaced = np.flatnonzero(data[at] <= ord(" "))
    while len(spaced):
        at[spaced] -= 1
        spaced = spaced[(data[at[spaced]] <= ord(" ")) & (at[spaced] > 1)]
    return np.where(data[at] == _GREATER, data[at - 1], 0)


def _refuse_unclosed(
    is_start: npt.NDArray[np.bool_], is_end: npt.NDArray[np.bool_], is_empty: npt.NDArray[np.bool_]
) -> None:
    """Starts and ends must take turns."""
    opens = is_start.copy()
    opens[np.flatnonzero(is_start)[is_empty]] = False
    turns = opens[opens | is_end]
    if len(turns) % 2 or not turns[::2].all() or turns[1::2].any():
        raise Unusual


def _value_places(data: Bytes, tags: Integers, first: Bytes, values: Integers) -> tuple[Integers, Integers]:
    """Where the text of each ``v`` or ``t`` begins and ends."""
    at = tags[values]
    follows = data[at + 2]
    starts = at + 3
    preserving = np.flatnonzero(follows == _SPACE)
    if len(preserving):
        attribute = data[at[preserving][:, None] + np.arange(2, _PRESERVED)]
        if (attribute != np.frombuffer(_PRESERVING, np.uint8)).any():
            raise Unusual
        starts[preserving] = at[preserving] + _PRESERVED
    following = np.append(tags, len(data))[values + 1]
    is_empty = follows == _SLASH
    closes = (data[np.minimum(following + 1, len(data) - 1)] == _SLASH) & (
        data[np.minimum(following + 2, len(data) - 1)] == first[values]
    )
    if not (closes | is_empty).all():
        raise Unusual
    return np.where(is_empty, at, starts), np.where(is_empty, at, following)


def _row_numbers(data: Bytes, rows: Integers) -> tuple[Integers, Integers]:
    """The number of each row, and how many digits it has."""
    if (data[rows[:, None] + np.arange(8)] != np.frombuffer(b'<row r="', np.uint8)).any():
        raise Unusual
    numbers, ends = _digits(data, rows + 8, _MOST_DIGITS)
    if (np.diff(numbers) <= 0).any():
        raise Unusual
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
