"""Fixes: what a repair changes of a configuration and of the cells of the mapped table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.execution import CellEdit
from pipeline_exec.model.target_model import TargetModelDocument


def overlaid(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """A document with a partial one laid over it: objects are merged, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = overlaid(under, value) if isinstance(under, dict) and isinstance(value, Mapping) else value
    return merged


def merged(before: Sequence[CellEdit], now: Sequence[CellEdit]) -> tuple[CellEdit, ...]:
    """Earlier edits and those of now, row by row; of several edits of one cell the last counts."""
    cells = {(edit.row, edit.column): edit for edit in (*before, *now)}
    return tuple(cells[place] for place in sorted(cells))


def in_columns(edits: Sequence[CellEdit], model: TargetModelDocument) -> list[CellEdit]:
    """Those edits whose columns the target data model still has."""
    known = {column.key for column in model.columns}
    return [edit for edit in edits if edit.column in known]


def check_cells(cells: Sequence[CellEdit], model: TargetModelDocument, rows: int | None) -> None:
    """Return if the cells may be in the table.

    Args:
        cells: To be repaired.
        model: Whose columns the table has.
        rows: How many rows it has; None where no attempt has counted them yet.

    Raises:
        InvalidDocument: a row or a column cannot be; paths under ``cells``.
    """
    known = [column.key for column in model.columns]
    problems = []
    for index, cell in enumerate(cells):
        if cell.row < 1:
            problems.append(FieldProblem(f"cells.{index}.row", f"is {cell.row}; rows are counted from 1"))
        elif rows is not None and cell.row > rows:
            problems.append(FieldProblem(f"cells.{index}.row", f"is {cell.row}; the last row is {rows}"))
        if cell.column not in known:
            there_are = ", ".join(known)
            problems.append(FieldProblem(f"cells.{index}.column", f"{cell.column!r} is not one of {there_are}"))
    if problems:
        raise InvalidDocument("A repaired cell is not in the table.", problems)
