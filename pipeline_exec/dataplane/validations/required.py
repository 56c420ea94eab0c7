"""REQUIRED: no cell is empty."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule


class RequiredCheck(Check):
    """A cell is there."""

    code = "required"

    def violations(self, cells: Cells) -> pa.BooleanArray:
        is_empty = cells.text.is_null()
        # Of those that are missing as well, only that is said.
        return is_empty if cells.is_missing is None else pc.and_not(is_empty, cells.is_missing)

    def complaints(self, cells: Cells) -> pa.StringArray:
        return pa.repeat("A value is required; the cell is empty.", len(cells.text))


class RequiredRule(Rule):
    """The same as the attribute ``required``, with a message of its own."""

    code = "required"

    def check(self, _: Place, /) -> Check:
        return RequiredCheck()
