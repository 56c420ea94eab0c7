"""Rows out of OpenDocument as nearly every program writes it: whole pieces of it at once.

It is sure of what it understands; whatever else stands there is refused, for ``row_parse`` to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.formats.workbook.cells.stored_cells import Bytes, Integers, texts_between
from pipeline_exec.formats.workbook.opendocument.document_cells import KINDS, VALUES, DocumentCells, Kind
from pipeline_exec.formats.workbook.opendocument.row_parse import MOST_REPEATED, shown_in
from pipeline_exec.formats.workbook.package.entities import resolved
from pipeline_exec.formats.workbook.package.spelling import (
    Mask,
    Unusual,
    Words,
    among,
    padded,
    spells,
    within,
    word,
    words,
)
from pipeline_exec.formats.workbook.package.tag_scan import Tags, TagScan

_WHITE: Final = (b"\n", b"\r", b"\t")
_ROW, _CELL, _COVERED = b"<table:table-row", b"<table:table-cell", b"<table:covered-table-cell"
_ROW_END, _CELL_END, _COVERED_END = b"</table:table-row>", b"</table:table-cell>", b"</table:covered-table-cell>"
_TEXT, _TEXT_END = b"<text:p>", b"</text:p>"
#: What may stand between rows.
_AROUND: Final = re.compile(
    rb'<table:table-row-group(?: table:display="[a-z]+")?>|</table:table-row-group>'
    rb"|</?table:table-header-rows>|</?table:table-rows>|<text:soft-page-break/>"
)
_ROWS_REPEATED: Final = b"table:number-rows-repeated"
_REPEATED, _WIDE, _HIGH = (
    b"table:number-columns-repeated",
    b"table:number-columns-spanned",
    b"table:number-rows-spanned",
)
_TYPE: Final = b"office:value-type"
_VALUES: Final = {kind: f"office:{name}".encode() for kind, name in VALUES.items()}
_FORMULA: Final = b"table:formula"
_WANTED: Final = frozenset({_REPEATED, _WIDE, _HIGH, _TYPE, _FORMULA, *_VALUES.values()})


def scan(piece: bytes, above: int, root: bytes) -> tuple[DocumentCells, int]:
    """The cells of whole rows, and how many rows they are.

    Args:
        piece: The XML of the rows; what stands in front of the first is passed over.
        above: The number of the row above them.
        root: The tag with which the document begins.

    Raises:
        Unusual: it cannot be sure of all of them.
    """
    data = padded(piece)
    # XML has no other control characters.
    controls = np.count_nonzero(data[: len(piece)] < ord(" "))
    if controls and controls != sum(map(piece.count, _WHITE)):
        raise Unusual
    try:
        return _Scan(piece, data, _Outline.of(data, len(piece)), root).cells(above)
    except (pa.ArrowInvalid, ValueError) as error:
        raise Unusual from error


@dataclass(frozen=True)
class _Outline:
    """Where elements begin and end: whole rows of whole cells."""

    tags: Integers
    """Every ``<`` from the first row on."""
    rows: Integers
    cells: Integers
    """Their places among the tags."""
    is_covered: Mask
    """Whether a tag is that of a cell under a merged one."""
    row_of_cell: Integers
    is_row_end: Mask
    is_cell_end: Mask
    is_covered_end: Mask

    @classmethod
    def of(cls, data: Bytes, size: int) -> _Outline:
        tags = np.flatnonzero(data[:size] == ord("<"))
        is_row = _starts(data, tags, words(data, tags), _ROW)
        begins = int(np.argmax(is_row)) if is_row.any() else len(tags)
        above = data[: tags[begins] if begins < len(tags) else size].tobytes()
        # Comments and the like, in which anything may stand, and names that may mean something else.
        if among(data[tags + 1], b"!?").any() or b"xmlns" in above:
            raise Unusual
        tags, is_row = tags[begins:], is_row[begins:]
        first = words(data, tags)
        is_covered, is_covered_end = _starts(data, tags, first, _COVERED), _ends(data, tags, first, _COVERED_END)
        cells = np.flatnonzero(is_covered | _starts(data, tags, first, _CELL))
        return cls(
            tags,
            np.flatnonzero(is_row),
            cells,
            is_covered,
            np.cumsum(is_row)[cells] - 1,
            _ends(data, tags, first, _ROW_END),
            is_covered_end | _ends(data, tags, first, _CELL_END),
            is_covered_end,
        )


class _Scan:
    def __init__(self, piece: bytes, data: Bytes, outline: _Outline, root: bytes) -> None:
        self._piece = piece
        self._data = data
        self._outline = outline
        self._root = root
        scan = TagScan(piece, data)
        names = np.where(outline.is_covered[outline.cells], len(_COVERED), len(_CELL))
        tags = self._following = np.append(outline.tags, len(piece))
        rows, cells = outline.rows, outline.cells
        self._rows = scan.tags(tags[rows] + len(_ROW), tags[rows + 1], frozenset({_ROWS_REPEATED}))
        self._cells = scan.tags(tags[cells] + names, tags[cells + 1], _WANTED)
        self._check()

    def cells(self, above: int) -> tuple[DocumentCells, int]:
        heights, widths = self._numbers(self._rows, _ROWS_REPEATED), self._numbers(self._cells, _REPEATED)
        lines = self._outline.row_of_cell
        before = np.cumsum(widths) - widths
        columns = before - before[np.searchsorted(lines, lines)] + 1
        rows = above + np.cumsum(heights) - heights + 1
        kinds = self._kinds()
        ends = self._cells.ends
        is_filled = ~self._cells.is_empty | (kinds > 0) | (ends[_VALUES[Kind.TEXT]] > 0) | (ends[_FORMULA] > 0)
        filled = np.flatnonzero(is_filled)
        lines = lines[filled]
        cells = DocumentCells(
            rows[lines],
            heights[lines],
            columns[filled],
            widths[filled],
            kinds[filled],
            self._values(filled, kinds[filled]),
            self._shown(filled),
            self._spans(filled),
        )
        return cells.with_formulas(self._formulas(filled, cells)), int(heights.sum())

    def _check(self) -> None:
        """Rows and cells must begin and end in turn, cells within rows; elsewhere little is known."""
        outline, tags = self._outline, self._outline.tags
        open_cells, closed_cells = outline.cells[~self._cells.is_empty], np.flatnonzero(outline.is_cell_end)
        in_row = within(_mask(len(tags), outline.rows[~self._rows.is_empty]), outline.is_row_end)
        in_cell = within(_mask(len(tags), open_cells), outline.is_cell_end)
        if (outline.is_covered[open_cells] != outline.is_covered_end[closed_cells]).any():
            raise Unusual
        if not in_row[outline.cells].all() or in_cell[outline.rows].any() or in_cell[outline.is_row_end].any():
            raise Unusual
        is_other = ~in_cell & ~outline.is_row_end & ~outline.is_cell_end
        is_other[outline.rows] = is_other[outline.cells] = False
        others = np.flatnonzero(is_other)
        if in_row[others].any() or not all(_AROUND.match(self._piece, at) for at in tags[others].tolist()):
            raise Unusual

    def _numbers(self, tags: Tags, name: bytes) -> Integers:
        """A count that some tags have; 1 where there is none."""
        numbers = np.ones(len(tags.behind), np.int64)
        given = np.flatnonzero(tags.ends[name])
        if len(given):
            texts = texts_between(self._data, tags.starts[name][given], tags.ends[name][given])
            numbers[given] = texts.cast(pa.int64()).to_numpy()
            if numbers.min() < 1 or numbers.max() > MOST_REPEATED:
                raise Unusual
        return numbers

    def _kinds(self) -> Bytes:
        starts, ends = self._cells.starts[_TYPE], self._cells.ends[_TYPE]
        kinds = np.zeros(len(starts), np.uint8)
        # No two names begin with the same letter.
        initials = np.where(ends > 0, self._data[starts], 0)
        left = np.count_nonzero(initials)
        for name, kind in KINDS.items():
            alike = np.flatnonzero(initials == ord(name[0]))
            if not spells(self._data, starts[alike], f'{name}"'.encode()).all():
                raise Unusual
            kinds[alike] = kind
            left -= len(alike)
        if left:
            raise Unusual
        return kinds

    def _values(self, filled: Integers, kinds: Bytes) -> pa.StringArray:
        starts, ends = np.zeros(len(filled), np.int64), np.zeros(len(filled), np.int64)
        for kind, name in _VALUES.items():
            is_kind = kinds == kind
            starts[is_kind], ends[is_kind] = (
                self._cells.starts[name][filled[is_kind]],
                self._cells.ends[name][filled[is_kind]],
            )
        texts = texts_between(self._data, starts, ends)
        if pc.any(pc.match_substring_regex(texts, r"[&\t\r\n]")).as_py():
            raise Unusual
        return pc.if_else(pa.array(ends > 0), texts, None)

    def _formulas(self, filled: Integers, cells: DocumentCells) -> pa.StringArray:
        """The formula of each cell; null where there is none, or a value is stored."""
        starts, ends = self._cells.starts[_FORMULA][filled], self._cells.ends[_FORMULA][filled]
        if ends.any():
            is_text = (self._cells.ends[_TYPE][filled] > 0) & (cells.kinds == Kind.TEXT)
            is_stored = is_text | ~cells.is_blank
            starts[is_stored] = ends[is_stored] = 0
        if not ends.any():
            return pa.nulls(len(filled), pa.string())
        texts = texts_between(self._data, starts, ends)
        if pc.any(pc.match_substring_regex(texts, r"[\t\r\n]")).as_py():
            raise Unusual
        return pc.if_else(pa.array(ends > 0), resolved(texts), None)

    def _shown(self, filled: Integers) -> pa.StringArray:
        """The text of each cell: of one plain paragraph at once, of others one by one."""
        tags, places = self._following, self._outline.cells[filled]
        inner = np.minimum(places[:, None] + np.arange(4), len(tags) - 1).T
        first = tags[inner[1]]
        is_plain = spells(self._data, first, _TEXT) & spells(self._data, tags[inner[2]], _TEXT_END)
        is_closed = np.append(self._outline.is_cell_end, False)
        is_plain &= is_closed[inner[3]]
        is_empty = self._cells.is_empty[filled]
        is_blank = is_empty | is_closed[inner[1]]
        is_plain &= ~is_blank
        starts = np.where(is_plain, first + len(_TEXT), 0)
        texts = resolved(texts_between(self._data, starts, np.where(is_plain, tags[inner[2]], 0)))
        odd = np.flatnonzero(~is_plain & ~is_blank)
        if not len(odd):
            return texts
        ends = np.flatnonzero(is_closed)
        behind = tags[ends[np.searchsorted(ends, places[odd])]]
        contents = [self._piece[begin:end] for begin, end in zip(self._cells.behind[filled[odd]], behind, strict=True)]
        is_odd = np.zeros(len(filled), np.bool_)
        is_odd[odd] = True
        return pc.replace_with_mask(texts, pa.array(is_odd), shown_in(contents, self._root))

    def _spans(self, filled: Integers) -> dict[int, tuple[int, int]]:
        high, wide = self._numbers(self._cells, _HIGH)[filled], self._numbers(self._cells, _WIDE)[filled]
        return {int(at): (int(high[at]), int(wide[at])) for at in np.flatnonzero((high > 1) | (wide > 1))}


def _mask(count: int, places: Integers) -> Mask:
    mask = np.zeros(count, np.bool_)
    mask[places] = True
    return mask


def _starts(data: Bytes, tags: Integers, first: Words, name: bytes) -> Mask:
    """Which tags are those with which such an element begins; ``first`` is their first eight bytes."""
    is_start: Mask = first == word(name[:8])
    at = tags[is_start]
    is_start[is_start] = spells(data, at, name) & among(data[at + len(name)], b" />")
    return is_start


def _ends(data: Bytes, tags: Integers, first: Words, name: bytes) -> Mask:
    """Which tags are this one."""
    is_end: Mask = first == word(name[:8])
    is_end[is_end] = spells(data, tags[is_end], name)
    return is_end
