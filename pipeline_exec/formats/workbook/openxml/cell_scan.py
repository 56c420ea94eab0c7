"""Cells out of XML as nearly every program writes it: whole pieces of it at once, and no Python object for a cell.

It understands one spelling of elements and attributes and is sure of it; whatever else stands there is refused, for
``cell_parse`` to read.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.formats.workbook.cells.stored_cells import Bytes, Integers, StoredCells, texts_between
from pipeline_exec.formats.workbook.openxml.formula_scan import Values, told_apart, with_formulas
from pipeline_exec.formats.workbook.openxml.place_scan import Outline, other_places, usual_places
from pipeline_exec.formats.workbook.openxml.text_formats import formatless
from pipeline_exec.formats.workbook.package.entities import resolved, unescaped
from pipeline_exec.formats.workbook.package.spelling import Unusual, among, ends_at_once, padded, spells, within

_SPACE, _SLASH, _GREATER = b" />"
_PRESERVING: Final = b' xml:space="preserve">'
#: Where none of these bytes stands, texts mean what they are.
_SPELLINGS: Final = (b"&", b"_x", b"\r")


def scan(piece: bytes, above: int) -> tuple[StoredCells, int]:
    """The filled cells of whole rows below the row of a number, and the number of the last of these rows.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    data = padded(piece)
    tags, following = formatless(data, np.flatnonzero(data == ord("<")))
    first, second = data[tags + 1], data[tags + 2]
    _refuse_unknown(data, tags, first, second)
    is_row, is_cell = (first == ord("r")), (first == ord("c"))
    is_end, is_open = first == _SLASH, ~ends_at_once(data, following)
    in_row = within(is_row & is_open, is_end & (second == ord("r")))
    in_cell = within(is_cell & is_open, is_end & (second == ord("c")))
    if not in_row[is_cell].all() or not in_cell[among(first, b"vtf")].all():
        raise Unusual
    values, firsts = _values(piece, data, (tags, following), np.cumsum(is_cell) - 1)
    owners = values.cells[firsts]
    lines = (np.cumsum(is_row) - 1)[is_cell][owners]
    texts = _texts(piece, data, (values.starts, values.ends, firsts))
    try:
        places = usual_places(data, tags[is_row], tags[is_cell][owners], lines)
    except Unusual:
        outline = Outline(piece, data, np.append(tags, len(piece)), np.flatnonzero(is_row), np.flatnonzero(is_cell))
        places = other_places(outline, above).at(owners)
    numbers = np.append(above, places.numbers)
    if (np.diff(numbers) <= 0).any():
        raise Unusual
    cells = StoredCells(places.numbers[lines], places.columns, places.kinds, places.styles, texts)
    return told_apart(cells, data, values, firsts), int(numbers[-1])


def scan_strings(piece: bytes) -> pa.StringArray:
    """The texts of whole ``si`` elements.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    data = padded(piece)
    tags, following = formatless(data, np.flatnonzero(data == ord("<")))
    first, second = data[tags + 1], data[tags + 2]
    is_item, is_text = first == ord("s"), first == ord("t")
    is_known = (is_item & (second == ord("i"))) | (is_text & among(second, b" />"))
    if not (is_known | ((first == _SLASH) & among(second, b"st"))).all():
        raise Unusual
    values = np.flatnonzero(is_text)
    in_item = within(is_item & ~ends_at_once(data, following), (first == _SLASH) & (second == ord("s")))
    if not in_item[values].all():
        raise Unusual
    starts, ends = _value_places(data, tags[values], following[values])
    return _texts(piece, data, (starts, ends, np.searchsorted(values, np.flatnonzero(is_item))))


def _values(piece: bytes, data: Bytes, tags: tuple[Integers, Integers], cells: Integers) -> tuple[Values, Integers]:
    """The values of cells, and which of them is the first of a cell.

    Args:
        piece: The XML.
        data: The same, padded.
        tags: Where each tag begins, and where the next one behind it.
        cells: To which cell each tag belongs.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    at, following = tags
    first = data[at + 1]
    found = np.flatnonzero((first == ord("v")) | (first == ord("t")))
    values = Values(cells[found], at[found], *_value_places(data, at[found], following[found]))
    formulas = np.flatnonzero(first == ord("f"))
    if len(formulas):
        places = Values(cells[formulas], at[formulas], at[formulas], following[formulas])
        values = with_formulas(piece, data, values, places)
    firsts = np.flatnonzero(np.append(True, values.cells[1:] != values.cells[:-1])[: len(values.cells)])
    return values, firsts


def _texts(piece: bytes, data: Bytes, places: tuple[Integers, Integers, Integers]) -> pa.StringArray:
    try:
        texts = texts_between(data, *places)
        return unescaped(resolved(texts)) if any(spelling in piece for spelling in _SPELLINGS) else texts
    except (pa.ArrowInvalid, ValueError) as error:
        raise Unusual from error


def _refuse_unknown(data: Bytes, tags: Integers, first: Bytes, second: Bytes) -> None:
    """Every tag must be one of those a worksheet's rows consist of."""
    known = (
        ((first == ord("c")) & among(second, b" />"))
        | ((first == ord("v")) & among(second, b" />"))
        | ((first == ord("t")) & among(second, b" />"))
        | ((first == ord("f")) & among(second, b" />"))
        | ((first == ord("i")) & (second == ord("s")))
        | ((first == ord("r")) & (second == ord("o")))
        | ((first == _SLASH) & among(second, b"cvtfir"))
    )
    if not known.all() or (data[tags[first == ord("i")] + 3] != _GREATER).any():
        raise Unusual


def _value_places(data: Bytes, at: Integers, following: Integers) -> tuple[Integers, Integers]:
    """Where the text of each ``v`` or ``t`` begins and ends, by where its tag and the next one begin."""
    behind = data[at + 2]
    starts = at + 3
    preserving = at[behind == _SPACE]
    if not spells(data, preserving + 2, _PRESERVING).all():
        raise Unusual
    starts[behind == _SPACE] = preserving + 2 + len(_PRESERVING)
    is_empty = behind == _SLASH
    following = np.minimum(following, len(data) - 3)
    closes = (data[following + 1] == _SLASH) & (data[following + 2] == data[at + 1])
    if not (closes | is_empty).all():
        raise Unusual
    return np.where(is_empty, at, starts), np.where(is_empty, at, following)
