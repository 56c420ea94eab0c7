"""Tables of the error report as the XML of their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.formats.workbook.bounds import MAX_CELL_CHARS, MAX_ROWS, column_letters
from pipeline_exec.formats.workbook.report.finding_rows import Along, Numbers, row_numbers
from pipeline_exec.formats.workbook.writing.cell_xml import escaped, places, row_bytes, text_cells, units
from pipeline_exec.formats.workbook.writing.skeleton import ERROR_STYLE, HEADER_STYLE
from pipeline_exec.model.target_model import TargetColumn

Mask = npt.NDArray[np.bool_]

#: Bytes of a sheet: beyond 2 GB zipfile needs an extension of ZIP that some spreadsheet programs do not read.
_MOST_BYTES: Final = 1_900_000_000
_FIRST_LINE: Final = 2
_CUT: Final = "…"


class Room:
    """What a sheet has taken, and whether there was more than it takes."""

    def __init__(self) -> None:
        """Nothing yet but the header."""
        self.lines = 0
        """How many rows were written."""
        self.is_cut = False
        self._size = 0

    def takes(self, rows: memoryview, count: int) -> bool:
        """Whether these rows fit as well; if not, no others will be asked about."""
        self._size += len(rows)
        self.is_cut = self._size > _MOST_BYTES or self.lines + count >= MAX_ROWS
        self.lines += 0 if self.is_cut else count
        return not self.is_cut


class ReportTable:
    """The mapped table, its erroneous cells in a style of their own."""

    def __init__(self, columns: Sequence[TargetColumn], *, is_whole: bool) -> None:
        """Prepare.

        Args:
            columns: Which columns stand behind the number of each row.
            is_whole: Whether all rows are written, or only those in which something is wrong.
        """
        self.is_whole = is_whole
        self.room = Room()
        self._columns = columns

    def pieces(self, rows: Iterable[pa.RecordBatch], along: Along) -> Iterator[memoryview]:
        """The XML of the rows, batch by batch, up to what a sheet takes."""
        above = 0
        for batch in rows:
            findings = along.up_to(above + batch.num_rows)
            piece, count = self._piece(batch, findings, above + 1)
            above += batch.num_rows
            if not self.room.takes(piece, count):
                return
            yield piece

    def _piece(self, batch: pa.RecordBatch, findings: pa.RecordBatch, first: int) -> tuple[memoryview, int]:
        numbers = np.arange(first, first + batch.num_rows)
        masks = self._masks(findings, first, batch.num_rows)
        if not self.is_whole:
            kept = np.unique(row_numbers(findings)) - first
            numbers, masks, batch = numbers[kept], [mask[kept] for mask in masks], batch.take(pa.array(kept))
        line = _FIRST_LINE + self.room.lines
        cells = [number_cells(places("A", line, len(numbers)), numbers)]
        for at, (column, mask) in enumerate(zip(self._columns, masks, strict=True), start=2):
            where = places(column_letters(at), line, len(numbers))
            cells.append(_marked_cells(where, shortened(batch.column(column.key)), mask))
        return row_bytes(cells, line, len(numbers)), len(numbers)

    def _masks(self, findings: pa.RecordBatch, first: int, count: int) -> list[Mask]:
        """Of each column, which of the rows have something wrong there."""
        lines = row_numbers(findings) - first
        masks = []
        for column in self._columns:
            mask = np.zeros(count, np.bool_)
            mask[lines[pc.equal(findings.column("column"), column.key).to_numpy(zero_copy_only=False)]] = True
            masks.append(mask)
        return masks


def listed_rows(batches: Iterable[pa.RecordBatch], room: Room) -> Iterator[memoryview]:
    """Rows of numbers and text, up to what a sheet takes."""
    for batch in batches:
        fitting = batch.slice(0, MAX_ROWS - 1 - room.lines)
        piece = _listed(fitting, _FIRST_LINE + room.lines)
        if not room.takes(piece, fitting.num_rows):
            return
        yield piece
        if fitting.num_rows < batch.num_rows:
            room.is_cut = True
            return


def _listed(batch: pa.RecordBatch, line: int) -> memoryview:
    where = [places(column_letters(at), line, batch.num_rows) for at in range(1, batch.num_columns + 1)]
    cells = [
        text_cells(at, shortened(column)).fill_null("")
        if pa.types.is_string(column.type)
        else number_cells(at, column.to_numpy(zero_copy_only=False))
        for at, column in zip(where, batch.columns, strict=True)
    ]
    return row_bytes(cells, line, batch.num_rows)


def header_row(names: Sequence[str]) -> memoryview:
    """The first row, which stays in sight."""
    cells = [
        text_cells(places(column_letters(at), 1, 1), shortened(pa.array([name])), f' s="{HEADER_STYLE}"')
        for at, name in enumerate(names, start=1)
    ]
    return row_bytes(cells, 1, 1)


def number_cells(at: pa.StringArray, numbers: Numbers) -> pa.StringArray:
    """Cells of whole numbers."""
    return concatenated('<c r="', at, '"><v>', pa.array(numbers).cast(pa.string()), "</v></c>")


def shortened(text: pa.StringArray) -> pa.StringArray:
    """Text cut to what a cell takes."""
    if (pc.max(units(text)).as_py() or 0) <= MAX_CELL_CHARS:
        return text
    # Half of it fits for sure, whatever its characters are.
    cut = concatenated(pc.utf8_slice_codeunits(text, 0, MAX_CELL_CHARS // 2), _CUT)
    return pc.if_else(pc.greater(units(text), MAX_CELL_CHARS), cut, text)


def _marked_cells(at: pa.StringArray, text: pa.StringArray, is_marked: Mask) -> pa.StringArray:
    if not is_marked.any():
        return text_cells(at, text).fill_null("")
    marked = pa.array(is_marked)
    style = pc.if_else(marked, f'" s="{ERROR_STYLE}"', '"')
    start = ' t="inlineStr"><is><t xml:space="preserve">'
    filled = concatenated('<c r="', at, style, start, escaped(text), "</t></is></c>")
    empty = pc.if_else(marked, concatenated('<c r="', at, style, "/>"), "")
    return pc.coalesce(filled, empty)
