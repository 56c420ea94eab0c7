"""The checks of one target column, in the order in which their findings are listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.findings import findings_of
from pipeline_exec.dataplane.problems import Problems
from pipeline_exec.dataplane.validations import rule_of
from pipeline_exec.dataplane.validations.check import Cells, Check
from pipeline_exec.dataplane.validations.of_type import TypeCheck
from pipeline_exec.dataplane.validations.required import RequiredCheck
from pipeline_exec.dataplane.validations.unique import UniqueCheck
from pipeline_exec.model.target_model import TargetColumn

Mask = npt.NDArray[np.bool_]

#: Characters of a message of the user's own: every finding has it.
LONGEST_MESSAGE: Final = 500


@dataclass(frozen=True)
class Inspected:
    """The cells of one column in one batch, and what is wrong with them."""

    cells: Cells
    is_erroneous: Mask
    findings: tuple[pa.RecordBatch, ...]


class ColumnChecks:
    """One column's type and checks. The type comes after ``required`` and before what needs a typed value."""

    def __init__(self, column: TargetColumn) -> None:
        """Prepare for a column.

        Raises:
            InvalidDocument: the column cannot be checked so; paths are relative to it.
        """
        self.key = column.key
        self.type = cell_type(column)
        given = _given(column, self.type)
        codes = {check.code for check, _ in given}
        self._checks: list[tuple[Check, str | None]] = [(TypeCheck(self.type), None), *given]
        if column.required and RequiredCheck.code not in codes:
            self._checks.insert(0, (RequiredCheck(), None))
        if column.unique and UniqueCheck.code not in codes:
            self._checks.append((UniqueCheck(), None))

    def inspect(self, text: pa.StringArray, first_row: int) -> Inspected:
        """Type and check the column's cells of one batch, the first of which stands in row ``first_row``."""
        cells = Cells(text, self.type.read(text))
        is_erroneous = np.zeros(len(text), np.bool_)
        findings = []
        for check, message in self._checks:
            violations = check.violations(cells)
            if violations.true_count:
                places = pc.indices_nonzero(violations)
                is_erroneous[places.to_numpy()] = True
                findings.append(self._findings(check, message, cells.take(places), pc.add(places, first_row)))
        return Inspected(cells, is_erroneous, tuple(findings))

    def _findings(self, check: Check, message: str | None, cells: Cells, rows: pa.UInt64Array) -> pa.RecordBatch:
        messages = check.complaints(cells) if message is None else pa.repeat(message, len(rows))
        return findings_of(self.key, check.code, rows=rows.cast(pa.int64()), values=cells.text, messages=messages)


def _given(column: TargetColumn, kind: CellType) -> list[tuple[Check, str | None]]:
    problems = Problems()
    checks: list[tuple[Check, str | None]] = []
    for number, validation in enumerate(column.validations):
        if len(validation.message or "") > LONGEST_MESSAGE:
            problems.add(f"validations.{number}.message", f"must not have more than {LONGEST_MESSAGE} characters")
        with problems.collected(under=f"validations.{number}"):
            checks.append((rule_of(validation).check(kind), validation.message))
    problems.refuse(f"Column {column.key!r}")
    return checks
