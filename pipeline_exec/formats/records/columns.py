"""An object that holds a column in each of its members, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_exec.formats.records.flatten import as_cell

#: Of fewer columns or rows nobody can tell: arrays of one element stand in records, too.
_FEWEST = 2


@dataclass(frozen=True)
class Columns:
    """Columns of the same length by their names."""

    columns: dict[str, list[object]]

    def rows(self) -> Iterator[list[str | None]]:
        """The rows, with a cell for each column."""
        return ([as_cell(value) for value in row] for row in zip(*self.columns.values(), strict=True))


def columns_of(record: object) -> Columns | None:
    """The columns of an object; None where it is a record itself.

    Each of its members must be an array, all of the same length, with neither arrays nor objects in them.
    """
    if not isinstance(record, dict) or len(record) < _FEWEST:
        return None
    lengths = {len(value) if isinstance(value, list) else 0 for value in record.values()}
    if len(lengths) > 1 or max(lengths) < _FEWEST:
        return None
    has_inner = any(isinstance(value, dict | list) for column in record.values() for value in column)
    return None if has_inner else Columns(record)
