"""Checking: from mapped text to typed values, and what is wrong with which cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_checks import ColumnChecks, Inspected, Mask
from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.findings import by_row, with_message
from pipeline_exec.dataplane.marks import RESERVED, missing_cells, surplus_cells, without_marks
from pipeline_exec.dataplane.problems import Problems
from pipeline_exec.dataplane.side_by_side import all_at_once
from pipeline_exec.dataplane.uniqueness import KeyBudget
from pipeline_exec.dataplane.validations.check import Cells, Judges, Place
from pipeline_exec.model.execution import Counts
from pipeline_exec.model.pipeline import OnError
from pipeline_exec.model.target_model import TargetColumn

#: Begins the name of the column that holds the text kept of a target column's erroneous cells.
KEPT: Final = "kept:"
#: Cells that are checked at once: where every one of them is erroneous, what is found takes 250 MB.
_MOST_CELLS: Final = 750_000
#: Fewer rows at once would take long, for each column of them has a price of its own.
_FEWEST_ROWS: Final = 1_024
#: Rows of a batch that are checked before threads for its columns are made.
_FEW: Final = 4_096


@dataclass(frozen=True)
class Checked:
    """One batch as it is delivered, and what was found in it."""

    rows: pa.RecordBatch
    findings: pa.RecordBatch
    """Row after row; those of one row in the order of the target's columns."""
    counts: Counts
    """Of this batch, the rows left out among them."""


def check_target(columns: Sequence[TargetColumn]) -> None:
    """Refuse columns that cannot be checked.

    Raises:
        InvalidDocument: a type is not available, a format wrong, a validation unknown or without meaning for its
            column; paths under ``columns``.
    """
    _compiled(columns)


def in_parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts of about the same size, so small that what is wrong with them fits into memory."""
    most = max(_MOST_CELLS // batch.num_columns, _FEWEST_ROWS)
    parts = -(-batch.num_rows // most) or 1
    size = -(-batch.num_rows // parts)
    yield from (batch.slice(part * size, size) for part in range(parts))


class Checker:
    """Checks the batches of one table, which must come in order. How they are cut makes no difference."""

    def __init__(self, target: Sequence[TargetColumn], on_error: OnError, judges: Judges | None = None) -> None:
        """Prepare for a table.

        Args:
            target: Its columns.
            on_error: What becomes of erroneous cells.
            judges: Who is asked about rows, by the connector's id; without, nobody is, and such checks find nothing.

        Raises:
            InvalidDocument: as ``check_target``.
        """
        self._columns = _compiled(target, judges)
        self._inquiries = [inquiry for column in self._columns for inquiry in column.inquiries]
        self._on_error = on_error
        self._counts = Counts(total_rows=0, total_cells=0, total_error_cells=0, total_error_rows=0)
        types = [(column.key, column.type.arrow_type) for column in self._columns]
        kept = [(KEPT + column.key, pa.string()) for column in self._columns if on_error is OnError.KEEP]
        self.schema = pa.schema(types + kept)
        """The typed columns; where erroneous cells are kept, behind them a string column ``kept:<key>`` for each.

        It holds the text of the cells that were kept and null elsewhere; a cell kept because it broke a validation has
        its typed value besides.
        """

    @property
    def counts(self) -> Counts:
        """Of all batches so far."""
        return self._counts

    @property
    def guesses(self) -> Mapping[str, Mapping[str, str]]:
        """By column, which texts were taken for which values because they are similar: the first of them."""
        return {column.key: column.type.guesses for column in self._columns if column.type.guesses}

    def check(self, batch: pa.RecordBatch) -> Checked:
        """Type and check one batch of mapped text, its columns in the order of the target, behind them its marks.

        Raises:
            ExecutionFailure: somebody who is asked about rows does not answer.
        """
        first_row = self._counts.total_rows + 1
        columns = self._inspected(batch, first_row)
        is_erroneous = np.logical_or.reduce([column.is_erroneous for column in columns])
        counts = _counts(columns, is_erroneous)
        self._counts = _sum(self._counts, counts)
        findings = by_row([found for column in columns for found in column.findings])
        return Checked(self._delivered(columns, is_erroneous), findings, counts)

    def _inspected(self, batch: pa.RecordBatch, first_row: int) -> list[Inspected]:
        table = self._table(batch)

        def inspected(checks: ColumnChecks) -> Inspected:
            return checks.inspect(replace(table[checks.key], beside=table), first_row)

        is_heavy = any(checks.is_heavy for checks in self._columns)
        columns = all_at_once(inspected, self._columns, unless=is_heavy or batch.num_rows <= _FEW)
        for inquiry, message in self._inquiries:
            findings = with_message(inquiry.findings(table, first_row), message)
            for place, checks in enumerate(self._columns):
                found = findings.filter(pc.equal(findings.column("column"), checks.key))
                if found.num_rows:
                    columns[place] = columns[place].with_findings(found, first_row)
        return columns

    def _table(self, batch: pa.RecordBatch) -> dict[str, Cells]:
        """The cells of each column, by key."""
        texts = batch.select(without_marks(batch.schema)).columns
        columns = list(zip(self._columns, texts, strict=True))
        cells = all_at_once(_cells, columns, unless=batch.num_rows <= _FEW)
        keys = [checks.key for checks in self._columns]
        table = dict(zip(keys, cells, strict=True))
        for place, is_missing in missing_cells(batch).items():
            table[keys[place]] = replace(table[keys[place]], is_missing=is_missing)
        table[keys[-1]] = replace(table[keys[-1]], surplus=surplus_cells(batch))
        return table

    def _delivered(self, columns: Sequence[Inspected], is_erroneous: Mask) -> pa.RecordBatch:
        match self._on_error:
            case OnError.EMPTY:
                arrays = [_emptied(column) for column in columns]
            case OnError.KEEP:
                arrays = [column.cells.values for column in columns] + [_kept(column) for column in columns]
            case OnError.DROP_ROW:
                arrays = [column.cells.values for column in columns]
        rows = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        return rows.filter(pa.array(~is_erroneous)) if self._on_error is OnError.DROP_ROW else rows


def _cells(column: tuple[ColumnChecks, pa.StringArray]) -> Cells:
    checks, text = column
    return Cells(text, checks.type.read(text))


def _compiled(target: Sequence[TargetColumn], judges: Judges | None = None) -> list[ColumnChecks]:
    problems = Problems()
    types = {column.key: _type_of(column, number, problems) for number, column in enumerate(target)}
    compiled: list[ColumnChecks] = []
    key_budget = KeyBudget()
    for number, column in enumerate(target):
        if column.key.startswith(KEPT):
            problems.add(f"columns.{number}.key", f"must not begin with {KEPT!r}: such columns hold erroneous cells")
        if column.key in RESERVED:
            problems.add(f"columns.{number}.key", "is a name this service keeps for itself")
        if types[column.key] is not None:
            with problems.collected(under=f"columns.{number}"):
                compiled.append(ColumnChecks(column, Place(column.key, types, judges, key_budget)))
    problems.refuse("The target data model")
    return compiled


def _type_of(column: TargetColumn, number: int, problems: Problems) -> CellType | None:
    with problems.collected(under=f"columns.{number}"):
        return cell_type(column)
    return None


def _emptied(column: Inspected) -> pa.Array:
    values = column.cells.values
    return pc.if_else(pa.array(column.is_erroneous), None, values) if column.findings else values


def _kept(column: Inspected) -> pa.StringArray:
    text = column.cells.text
    if not column.findings:
        return pa.nulls(len(text), pa.string())
    return pc.if_else(pa.array(column.is_erroneous), text, None)


def _counts(columns: Sequence[Inspected], is_erroneous: Mask) -> Counts:
    return Counts(
        total_rows=len(is_erroneous),
        total_cells=len(is_erroneous) * len(columns),
        total_error_cells=sum(int(column.is_erroneous.sum()) for column in columns),
        total_error_rows=int(is_erroneous.sum()),
    )


def _sum(before: Counts, counts: Counts) -> Counts:
    return Counts(
        total_rows=before.total_rows + counts.total_rows,
        total_cells=before.total_cells + counts.total_cells,
        total_error_cells=before.total_error_cells + counts.total_error_cells,
        total_error_rows=before.total_error_rows + counts.total_error_rows,
    )
