"""Fixes: what a repair changes of a configuration and of the cells of the mapped table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.dialect import Dialect
from pipeline_exec.model.execution import CellEdit, Execution, ExecutionLog, Stage
from pipeline_exec.model.identity import ConfigurationId
from pipeline_exec.model.mapping_record import MappingRecord
from pipeline_exec.model.pipeline import StoredConfiguration
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.ports import Transaction
from pipeline_exec.services.plans import stage_keys


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


def counted_rows(tx: Transaction, execution: Execution, stored: StoredConfiguration) -> int | None:
    """How many rows the mapped table has when the input is read as configured; None where no attempt counted them."""
    attempts = tx.executions.logs([execution.id])[execution.id]
    counted = (log for log in reversed(attempts) if log.counts and _is_alike(tx, log, stored, Stage.READ))
    return next((log.counts.total_rows for log in counted if log.counts is not None), None)


def earlier_dialect(tx: Transaction, execution: Execution, stored: StoredConfiguration) -> Dialect | None:
    """How the latest attempt that read the input as configured found it; None where there is none."""
    attempts = tx.executions.logs([execution.id])[execution.id]
    noted = (log for log in reversed(attempts) if log.dialect and _is_alike(tx, log, stored, Stage.READ))
    return next((log.dialect for log in noted), None)


def earlier_mapping(tx: Transaction, execution: Execution, stored: StoredConfiguration) -> MappingRecord | None:
    """How the latest attempt that read and mapped the input as configured mapped it; None where there is none."""
    attempts = tx.executions.logs([execution.id])[execution.id]
    noted = (log for log in reversed(attempts) if log.mapping and _is_alike(tx, log, stored, Stage.MAP))
    return next((log.mapping for log in noted), None)


def earlier_edits(tx: Transaction, execution: Execution, stored: StoredConfiguration) -> Sequence[CellEdit]:
    """The latest attempt's edits, as far as they mean the same cells under this configuration.

    Where the input is read otherwise, the rows that they name are others.
    """
    if not _is_alike(tx, execution.log, stored, Stage.READ):
        return []
    known = {column.key for column in stored.target_model.columns}
    return [edit for edit in execution.log.edits if edit.column in known]


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


def _is_alike(tx: Transaction, log: ExecutionLog, stored: StoredConfiguration, stage: Stage) -> bool:
    """Whether an attempt did a stage, and those before it, as this configuration says."""
    used = tx.pipelines.configuration(ConfigurationId(str(log.configuration_id)))
    return stage_keys(used, [])[stage] == stage_keys(stored, [])[stage]
