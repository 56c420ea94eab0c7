"""REQUIRED: no cell is empty."""

from __future__ import annotations

import pyarrow as pa

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.validations.check import Cells, Check, Rule


class RequiredCheck(Check):
    """A cell is there."""

    code = "required"

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return cells.text.is_null()

    def complaints(self, cells: Cells) -> pa.StringArray:
        return pa.repeat("A value is required; the cell is empty.", len(cells.text))


class RequiredRule(Rule):
    """The same as the attribute ``required``, with a message of its own."""

    code = "required"

    def check(self, _: CellType, /) -> Check:
        return RequiredCheck()
