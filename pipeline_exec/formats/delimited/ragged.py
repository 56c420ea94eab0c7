"""Rows with missing or surplus cells: kept aside by the parser, mended, and put back where they stood."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import InvalidRow

from pipeline_exec.formats.delimited.arrow import parse
from pipeline_exec.formats.delimited.records import Syntax
from pipeline_exec.formats.limits import MAX_RAGGED_BYTES


class BadRecord(Exception):
    """A record that cannot be read: its 1-based number, what it does, and what to do about it."""

    def __init__(self, number: int, what: str, remedy: str) -> None:
        super().__init__(number, what, remedy)
        self.number = number
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True)
class _Row:
    number: int
    cells: int
    text: str

    @property
    def is_blank(self) -> bool:
        return self.cells == 1 and not self.text.strip()


class Ragged:
    """The irregular rows of one file."""

    def __init__(self, syntax: Syntax, width: int) -> None:
        self._syntax = syntax
        self._width = width
        self._waiting: deque[_Row] = deque()
        self._waiting_bytes = 0
        self._put_back = 0
        self.is_overflowing = False
        """Whether so many irregular rows came without a regular one that the file is refused."""

    @property
    def records(self) -> int:
        """How many records were met so far: put back, and waiting."""
        return self._put_back + len(self._waiting)

    @property
    def first_waiting(self) -> int:
        """The number of the first row that waits."""
        return self._waiting[0].number

    def keep(self, row: InvalidRow) -> str:
        """Take a row the parser refuses; the answer tells the parser to go on, or to fail."""
        self._waiting.append(_Row(row.number, row.actual_columns, row.text))
        self._waiting_bytes += len(row.text)
        self.is_overflowing = self._waiting_bytes > MAX_RAGGED_BYTES
        return "error" if self.is_overflowing else "skip"

    def put_back(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A batch of regular rows with the irregular ones among and right behind them, all as wide as the header.

        Raises:
            BadRecord: a row has surplus cells that are not empty.
        """
        first = self._put_back + 1
        due = self._due(batch.num_rows)
        self._put_back += batch.num_rows + len(due)
        if not due:
            return self._fitted(batch, first, due)
        rows = [row for row in due if not row.is_blank]
        mended = [self._mended(row) for row in rows]
        together = [self._fitted(batch, first, due)]
        if mended:
            together.append(parse(mended, self._syntax, self._width))
        return pa.concat_batches(together).take(_order(batch.num_rows, first, due, rows))

    def _due(self, regular: int) -> list[_Row]:
        """The waiting rows that stand before the regular row which follows these."""
        due: list[_Row] = []
        while self._waiting and self._waiting[0].number - self._put_back - 1 - len(due) <= regular:
            due.append(self._waiting.popleft())
        self._waiting_bytes -= sum(len(row.text) for row in due)
        return due

    def _fitted(self, batch: pa.RecordBatch, first: int, due: list[_Row]) -> pa.RecordBatch:
        """The batch with as many columns as the header."""
        columns = batch.columns[: self._width]
        for surplus in batch.columns[self._width :]:
            if surplus.null_count < len(surplus):
                at = pc.index(pc.is_valid(surplus), True).as_py()
                raise self._surplus(_number_of(at, batch.num_rows, first, due), batch.num_columns)
        missing = [pa.nulls(batch.num_rows, pa.string())] * (self._width - len(columns))
        return pa.record_batch([*columns, *missing], names=[str(position) for position in range(self._width)])

    def _mended(self, row: _Row) -> str:
        """The row's text with as many cells as there are columns."""
        separator = self._syntax.separator
        if row.cells <= self._width:
            return row.text + separator * (self._width - row.cells)
        quoted = separator + (self._syntax.quote or "") * 2
        end = len(row.text)
        for _ in range(row.cells - self._width):
            # A record cannot end inside quotes, so a separator at its end parts cells.
            empty = next((empty for empty in (quoted, separator) if row.text.endswith(empty, 0, end)), None)
            if empty is None:
                raise self._surplus(row.number, row.cells)
            end -= len(empty)
        return row.text[:end]

    def _surplus(self, number: int, cells: int) -> BadRecord:
        return BadRecord(
            number,
            f"has {cells:,} cells where the file has {self._width:,} columns",
            "Correct the line, or set read_options.delimiter, quote or header_row.",
        )


def _positions(first: int, rows: list[_Row]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([row.number - first for row in rows], dtype=np.int64)


def _order(regular: int, first: int, due: list[_Row], rows: list[_Row]) -> pa.Array:
    """From which row, of the regular and then the mended ones, each row of the file comes; blank lines are left out."""
    order = np.full(regular + len(due), -1, dtype=np.int64)
    order[_positions(first, rows)] = regular + np.arange(len(rows))
    order[np.delete(np.arange(len(order)), _positions(first, due))] = np.arange(regular)
    return pa.array(order[order >= 0])


def _number_of(at: int, regular: int, first: int, due: list[_Row]) -> int:
    """The number among all records of a regular row."""
    return first + int(np.delete(np.arange(regular + len(due)), _positions(first, due))[at])
