"""Rows with fewer or more cells than their file has columns. Every column has these checks; no row is lost quietly."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated, quoted
from pipeline_exec.dataplane.validations.check import Cells, Check


class MissingCellsCheck(Check):
    """The row did not end before the cell, or the mapping or an edit has put something there."""

    code = "row.missing_cells"

    def violations(self, cells: Cells) -> pa.BooleanArray:
        if cells.is_missing is None:
            return _nowhere(cells)
        return pc.and_(cells.is_missing, cells.text.is_null())

    def complaints(self, cells: Cells) -> pa.StringArray:
        return pa.repeat("The row ends before this cell: it has fewer cells than there are columns.", len(cells.text))


class SurplusCellsCheck(Check):
    """Nothing stands beyond the row's last cell. The value of a finding is what stands there."""

    code = "row.surplus_cells"

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return _nowhere(cells) if cells.surplus is None else cells.surplus.is_valid()

    def complaints(self, cells: Cells) -> pa.StringArray:
        beyond = quoted(cells.surplus)
        return concatenated("The row has more cells than there are columns; beyond the last: ", beyond, ".")

    def evidence(self, cells: Cells) -> pa.StringArray:
        return cells.surplus


def _nowhere(cells: Cells) -> pa.BooleanArray:
    return pa.repeat(False, len(cells.text))
