"""Cells out of XML as nearly every program writes it: whole pieces of it at once, and no Python object for a cell.

It understands one spelling of elements and attributes and is sure of it; whatever else stands there is refused, for
``cell_parse`` to read.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline_exec.formats.workbook.cells.stored_cells import Bytes, Integers, StoredCells, texts_between
from pipeline_exec.formats.workbook.openxml.place_scan import Outline, other_places, usual_places
from pipeline_exec.formats.workbook.package.entities import resolved, unescaped
from pipeline_exec.formats.workbook.package.spelling import Unusual, among, padded

_SPACE, _SLASH, _GREATER = b" />"
_PRESERVING: Final = b' xml:space="preserve">'
#: How far the text of a cell begins behind ``<t``.
_PRESERVED: Final = 2 + len(_PRESERVING)
#: Where none of these bytes stands, texts mean what they are.
_SPELLINGS: Final = (b"&", b"_x", b"\r")


def scan(piece: bytes, above: int) -> tuple[StoredCells, int]:
    """The filled cells of whole rows below the row of a number, and the number of the last of these rows.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    data = padded(piece)
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
    texts = _texts(piece, data, starts, ends)
    try:
        places = usual_places(data, tags[is_row], tags[is_cell][owners], lines)
    except Unusual:
        outline = Outline(piece, data, np.append(tags, len(piece)), np.flatnonzero(is_row), np.flatnonzero(is_cell))
        places = other_places(outline, above).at(owners)
    numbers = np.append(above, places.numbers)
    if (np.diff(numbers) <= 0).any():
        raise Unusual
    cells = StoredCells(places.numbers[lines], places.columns, places.kinds, places.styles, texts)
    return cells, int(numbers[-1])


def scan_strings(piece: bytes) -> pa.StringArray:
    """The texts of whole ``si`` elements, each of one ``t``.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    data = padded(piece)
    tags = np.flatnonzero(data == ord("<"))
    first, second = data[tags + 1], data[tags + 2]
    is_item, is_text = first == ord("s"), first == ord("t")
    is_known = (is_item & (second == ord("i"))) | (is_text & among(second, b" />"))
    if not (is_known | ((first == _SLASH) & among(second, b"st"))).all():
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
        ((first == ord("c")) & among(second, b" />"))
        | ((first == ord("v")) & among(second, b"/>"))
        | ((first == ord("t")) & among(second, b" />"))
        | ((first == ord("f")) & among(second, b" />"))
        | ((first == ord("i")) & (second == ord("s")))
        | ((first == ord("r")) & (second == ord("o")))
        | ((first == _SLASH) & among(second, b"cvtfir"))
    )
    if not known.all() or (data[tags[first == ord("i")] + 3] != _GREATER).any():
        raise Unusual


def _is_empty(data: Bytes, tags: Integers, is_element: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of each such element, whether it ends where it begins: ``<c r="A1" s="3"/>``."""
    following = np.append(tags[1:], len(data))[is_element]
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
