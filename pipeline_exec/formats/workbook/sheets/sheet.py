"""A sheet that was looked through from its first row to its last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS
from pipeline_exec.formats.workbook.failures import damaged
from pipeline_exec.formats.workbook.sheets.blocks import Block, Blocks
from pipeline_exec.formats.workbook.sheets.formulas import UnstoredFormulas
from pipeline_exec.formats.workbook.sheets.merging import Range

#: A sheet with so many cells, of which only one in so many is filled, is no table but has stray cells.
_MOST_CELLS: Final = 64_000_000
_SPARSE: Final = 16


@dataclass(frozen=True)
class Row:
    """A row that is not blank."""

    number: int
    """1-based."""
    cells: Sequence[str]
    """One for each column of the table; empty where nothing stands."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet in columns of text, and its merged cells."""

    name: str
    blocks: Blocks
    columns: range
    """The 1-based numbers from the first filled column to the last."""
    merged: Sequence[Range]
    is_blank: bool
    """Whether there is nothing but white space."""
    formulas: UnstoredFormulas

    @classmethod
    def of(
        cls,
        name: str,
        blocks: Iterable[Block],
        merged: Sequence[Range],
        formulas: UnstoredFormulas | None = None,
    ) -> Sheet:
        """A sheet of the blocks of its rows.

        Args:
            name: What it is called.
            blocks: In the order of their rows.
            merged: Its merged cells; read when the blocks are at their end.
            formulas: Its formulas of which no value is stored, likewise; none when not given.

        Raises:
            ParsingFailure: its cells lie beyond the bounds of a sheet, or too far apart.
        """
        aside = Blocks()
        columns: set[int] = set()
        rows = filled = 0
        is_blank = True
        for block in blocks:
            if len(block):
                aside.add(block)
                columns.update(block.columns)
                rows += len(block)
                filled += sum(len(column) - column.null_count for column in block.columns.values())
                is_blank = is_blank and not any(map(_has_text, block.columns.values()))
                _check_bounds(int(block.numbers[-1]), max(columns))
        spread = range(min(columns), max(columns) + 1) if columns else range(0)
        if rows * len(spread) > max(_MOST_CELLS, filled * _SPARSE):
            raise ParsingFailure(
                f'The sheet "{name}" has {rows:,} rows and reaches to column {spread[-1]:,}, nearly all of it empty.',
                "Delete stray cells far from the table, split the sheet, or save it as CSV.",
            )
        return cls(name, aside.in_order(), spread, merged, is_blank, formulas or UnstoredFormulas())

    def rows(self) -> Iterator[Row]:
        """Every row in which something stands."""
        for block in self.blocks:
            texts = [column.fill_null("").to_pylist() for column in block.cells(self.columns)]
            for number, cells in zip(block.numbers.tolist(), zip(*texts, strict=True), strict=True):
                yield Row(number, cells)


def _has_text(column: pa.StringArray) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, r"\S")).as_py())


def _check_bounds(row: int, column: int) -> None:
    if row > MAX_ROWS or column > MAX_SHEET_COLUMNS:
        raise damaged()
