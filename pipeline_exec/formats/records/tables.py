"""Arrays within an array as a table: each is a row, and the first of them may be the header."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.header import locate
from pipeline_exec.formats.records.flatten import as_cell

#: How many rows are looked at to find the header.
_SAMPLE = 100

HeaderRow = Literal["auto"] | int | None


@dataclass(frozen=True)
class Table:
    """Where the data of a table begins, and what its columns are called."""

    found: tuple[str, ...]
    """The cells of the header, one for each column."""
    above: int
    """How many rows stand above the data, the header among them."""

    def rows(self, records: Iterable[object]) -> Iterator[list[str | None]]:
        """The rows of data, each with a cell for each column.

        Raises:
            ParsingFailure: one of them is no array, or has too many levels.
        """
        width = len(self.found)
        for cells in islice(_cells(records), self.above, None):
            yield cells + [None] * (width - len(cells))


def table_of(records: Iterable[object], header_row: HeaderRow) -> Table:
    """What the records of a whole file have in common.

    Args:
        records: Arrays.
        header_row: 1-based, None where there is none, ``auto`` where it is to be found.

    Raises:
        ParsingFailure: one of them is no array, or there is no such row.
    """
    rows = _cells(records)
    sample = [[cell or "" for cell in row] for row in islice(rows, _SAMPLE)]
    at = locate(sample) if header_row == "auto" else None if header_row is None else header_row - 1
    if at is not None and at >= len(sample):
        raise ParsingFailure(
            f"The file has no row {at + 1:,} among its first {len(sample):,}.", "Correct read_options.header_row."
        )
    width = max(max(map(len, sample), default=0), max(map(len, rows), default=0))
    header = [] if at is None else sample[at]
    return Table((*header, *[""] * (width - len(header))), 0 if at is None else at + 1)


def _cells(records: Iterable[object]) -> Iterator[list[str | None]]:
    for number, record in enumerate(records, start=1):
        if not isinstance(record, list):
            raise ParsingFailure(
                f"Record {number:,} of the JSON file is not an array, as the first one is.",
                "Send either arrays or objects.",
            )
        try:
            yield list(map(as_cell, record))
        except RecursionError:
            raise ParsingFailure(
                f"Record {number:,} of the JSON file has too many levels.", "Flatten it before sending it."
            ) from None
