"""The checks of one target column, in the order in which their findings are listed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.findings import LONGEST_MESSAGE, findings_of
from pipeline_exec.dataplane.problems import Problems
from pipeline_exec.dataplane.validations import rule_of
from pipeline_exec.dataplane.validations.check import Cells, Check, Inquiry, Place
from pipeline_exec.dataplane.validations.contradictions import contradictions
from pipeline_exec.dataplane.validations.irregular import MissingCellsCheck, SurplusCellsCheck
from pipeline_exec.dataplane.validations.of_type import TypeCheck
from pipeline_exec.dataplane.validations.required import RequiredCheck
from pipeline_exec.dataplane.validations.unique import UniqueCheck
from pipeline_exec.model.target_model import TargetColumn

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Inspected:
    """The cells of one column in one batch, and what is wrong with them."""

    cells: Cells
    is_erroneous: Mask
    findings: tuple[pa.RecordBatch, ...]

    def with_findings(self, findings: pa.RecordBatch, first_row: int) -> Inspected:
        """The same with more findings, all of this column."""
        is_erroneous = self.is_erroneous.copy()
        is_erroneous[findings.column("row").to_numpy() - first_row] = True
        return Inspected(self.cells, is_erroneous, (*self.findings, findings))


class ColumnChecks:
    """One column's checks: whether its cells are there and of the type, and then what needs a value."""

    def __init__(self, column: TargetColumn, place: Place) -> None:
        """Prepare for a column that stands in this place.

        Raises:
            InvalidDocument: the column cannot be checked so; paths are relative to it.
        """
        self.key = column.key
        self.type = place.type
        given = _given(column, place)
        self.inquiries = [(check, message) for check, message in given if isinstance(check, Inquiry)]
        """Checks of whole rows, each with the message it is to have."""
        checks = [(check, message) for check, message in given if isinstance(check, Check)]
        codes = {check.code for check, _ in checks if not (isinstance(check, UniqueCheck) and check.others)}
        self._checks: list[tuple[Check, str | None]] = [
            (MissingCellsCheck(), None),
            (SurplusCellsCheck(), None),
            (TypeCheck(self.type), None),
            *checks,
        ]
        if column.required and RequiredCheck.code not in codes:
            self._checks.insert(2, (RequiredCheck(), None))
        if column.unique and UniqueCheck.code not in codes:
            self._checks.append((UniqueCheck(place.key_budget), None))

    @property
    def is_heavy(self) -> bool:
        """As ``Check.is_heavy``."""
        return any(check.is_heavy for check, _ in self._checks)

    def inspect(self, cells: Cells, first_row: int) -> Inspected:
        """Check the column's cells of one batch, the first of which stands in row ``first_row``."""
        is_erroneous = np.zeros(len(cells.text), np.bool_)
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
        values = check.evidence(cells)
        return findings_of(self.key, check.code, rows=rows.cast(pa.int64()), values=values, messages=messages)


def _given(column: TargetColumn, place: Place) -> list[tuple[Check | Inquiry, str | None]]:
    problems = Problems()
    checks: list[tuple[Check | Inquiry, str | None]] = []
    for number, validation in enumerate(column.validations):
        if len(validation.message or "") > LONGEST_MESSAGE:
            problems.add(f"validations.{number}.message", f"must not have more than {LONGEST_MESSAGE} characters")
        with problems.collected(under=f"validations.{number}"):
            checks.append((rule_of(validation).check(place), validation.message))
    for contradiction in contradictions([check for check, _ in checks]):
        problems.add("validations", contradiction)
    problems.refuse(f"Column {column.key!r}")
    return checks
