"""Edits: cells of the mapped table that a person repaired."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.marks import SURPLUS, without_marks
from pipeline_exec.dataplane.problems import Problems, unknown
from pipeline_exec.dataplane.text import empty_as_null
from pipeline_exec.model.execution import CellEdit
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn


def apply_edits(rows: Rows, edits: Sequence[CellEdit], columns: Sequence[TargetColumn]) -> Rows:
    """The mapped table with some of its cells replaced; of several edits of one cell the last counts.

    An edit of a row's last cell also settles what stood beyond it: it is looked at no more.

    Args:
        rows: As mapped.
        edits: What to put where; an empty text or None empties the cell.
        columns: The target's.

    Raises:
        InvalidDocument: a column is unknown, or a row is below 1; and, once all rows are consumed, a row is beyond the
            last. Paths under ``cells``.
    """
    problems = Problems()
    keys = [column.key for column in columns]
    for number, edit in enumerate(edits):
        if edit.column not in keys:
            problems.add(f"cells.{number}.column", unknown("column", edit.column, keys))
        if edit.row < 1:
            problems.add(f"cells.{number}.row", "rows count from 1")
    problems.refuse("The list of cells")
    return Rows(rows.schema, _edited(rows, edits))


def _edited(rows: Rows, edits: Sequence[CellEdit]) -> Iterator[pa.RecordBatch]:
    by_row = sorted(edits, key=_row)
    passed = done = 0
    for batch in rows:
        here = bisect_right(by_row, passed + batch.num_rows, key=_row)
        yield _edited_batch(batch, passed, by_row[done:here])
        passed, done = passed + batch.num_rows, here
    problems = Problems()
    for number, edit in enumerate(edits):
        if edit.row > passed:
            problems.add(f"cells.{number}.row", f"there is no row {edit.row}; the last is {passed}")
    problems.refuse("The list of cells")


def _edited_batch(batch: pa.RecordBatch, passed: int, edits: Sequence[CellEdit]) -> pa.RecordBatch:
    by_column: defaultdict[str, dict[int, str | None]] = defaultdict(dict)
    for edit in edits:
        by_column[edit.column][edit.row - passed - 1] = edit.value
    for key, values in by_column.items():
        place = batch.schema.get_field_index(key)
        batch = batch.set_column(place, batch.schema.field(place), _replaced(batch.column(place), values))
    return _settled(batch, by_column)


def _settled(batch: pa.RecordBatch, by_column: Mapping[str, Mapping[int, str | None]]) -> pa.RecordBatch:
    """Without the surplus cells of those rows whose last cell is edited."""
    edited = by_column.get(without_marks(batch.schema)[-1])
    if SURPLUS not in batch.schema.names or not edited:
        return batch
    place = batch.schema.get_field_index(SURPLUS)
    return batch.set_column(place, batch.schema.field(place), _replaced(batch.column(place), dict.fromkeys(edited)))


def _replaced(text: pa.StringArray, values: Mapping[int, str | None]) -> pa.StringArray:
    places = sorted(values)
    is_replaced = np.zeros(len(text), np.bool_)
    is_replaced[places] = True
    replacements = pa.array([values[place] for place in places], pa.string())
    return pc.replace_with_mask(text, pa.array(is_replaced), empty_as_null(replacements))


_row: Final = attrgetter("row")
