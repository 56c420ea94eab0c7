"""Rows with missing or surplus cells: as many cells as there are columns, and marks for the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pyarrow as pa

from pipeline_exec.dataplane.marks import SOURCE_MARKS
from pipeline_exec.formats.batches import text_column
from pipeline_exec.formats.delimited.arrangement import SPACES
from pipeline_exec.formats.delimited.records import Splitter
from pipeline_exec.formats.delimited.syntax import Syntax


@dataclass
class Ragged:
    """Makes rows of what was parted, and counts how many were irregular."""

    syntax: Syntax
    names: Sequence[str]
    reports_missing: bool
    """Whether missing cells are marked, or just empty."""
    missing: int = field(default=0, init=False)
    """How many rows had fewer cells than there are columns."""
    surplus: int = field(default=0, init=False)
    """How many had more that held something."""

    @property
    def schema(self) -> pa.Schema:
        """The columns, and behind them the marks."""
        return pa.schema([*((name, pa.string()) for name in self.names), *SOURCE_MARKS])

    def of_columns(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rows that all have as many cells."""
        width, rows = len(self.names), batch.num_rows
        absent = [pa.nulls(rows, pa.string())] * (width - batch.num_columns)
        cells = min(width, batch.num_columns)
        count = pa.array(np.full(rows, cells, np.int32)) if absent else pa.nulls(rows, pa.int32())
        return self._marked([*batch.columns[:cells], *absent], count, self._beyond(batch.columns[width:], rows))

    def of_records(self, records: Sequence[Sequence[str]]) -> pa.RecordBatch:
        """Rows of any number of cells."""
        width = len(self.names)
        columns = [
            text_column([cells[place] if place < len(cells) else None for cells in records]) for place in range(width)
        ]
        counts = [len(cells) if len(cells) < width else None for cells in records]
        surplus = [self._as_in_file(cells[width:]) for cells in records]
        return self._marked(columns, pa.array(counts, pa.int32()), pa.array(surplus, pa.string()))

    def merged(self, batch: pa.RecordBatch, records: Sequence[Sequence[str]], numbers: Sequence[int]) -> pa.RecordBatch:
        """Rows that all have as many cells, and among them others.

        Args:
            batch: The former.
            records: The others.
            numbers: The 1-based place of each of the others among all.
        """
        regular = self.of_columns(batch)
        if not records:
            return regular
        total = batch.num_rows + len(records)
        places = np.array(numbers, dtype=np.int64) - 1
        order = np.empty(total, dtype=np.int64)
        order[places] = batch.num_rows + np.arange(len(records))
        order[np.delete(np.arange(total), places)] = np.arange(batch.num_rows)
        return pa.concat_batches([regular, self.of_records(records)]).take(pa.array(order))

    def _marked(self, columns: list[pa.Array], count: pa.Array, surplus: pa.Array) -> pa.RecordBatch:
        self.missing += len(count) - count.null_count
        self.surplus += len(surplus) - surplus.null_count
        count = count if self.reports_missing else pa.nulls(len(count), pa.int32())
        return pa.record_batch([*columns, count, surplus], schema=self.schema)

    def _beyond(self, columns: Sequence[pa.Array], rows: int) -> pa.Array:
        """The cells of the columns beyond the last, row by row as they stand in the file; null where all are empty."""
        if all(column.null_count == rows for column in columns):
            return pa.nulls(rows, pa.string())
        records = zip(*(column.to_pylist() for column in columns), strict=True)
        return pa.array([self._as_in_file([cell or "" for cell in cells]) for cells in records], pa.string())

    def _as_in_file(self, cells: Sequence[str]) -> str | None:
        return surplus_text(cells, self.syntax) if any(cells) else None


def surplus_text(cells: Sequence[str], syntax: Syntax) -> str:
    """Cells as they stand in a file."""
    return syntax.separator.join(_written(cell, syntax) for cell in cells)


def _written(cell: str, syntax: Syntax) -> str:
    quote = syntax.quote
    if quote is None or not any(mark in cell for mark in (quote, syntax.separator, "\n", "\r")):
        return cell
    return f"{quote}{cell.replace(quote, quote * 2)}{quote}"


def surplus_cells(text: str, dialect: Mapping[str, object]) -> list[str]:
    """The cells in a mark of surplus cells, by the description of their file's dialect."""
    delimiter = cast("str | None", dialect.get("delimiter"))
    syntax = Syntax(" " if delimiter == SPACES else delimiter, cast("str | None", dialect.get("quote")))
    return [cell for record in Splitter(syntax, None, len(text)).records(text, whole=True) for cell in record.cells]
