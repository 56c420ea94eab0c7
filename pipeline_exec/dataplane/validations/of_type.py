"""Whether a cell is of the type of its column. Every column has this check."""

from __future__ import annotations

import pyarrow as pa

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.text import unread
from pipeline_exec.dataplane.validations.check import Cells, Check


class TypeCheck(Check):
    """A cell has a value unless it is empty."""

    def __init__(self, cell_type: CellType) -> None:
        self.code = f"type.{cell_type.name}"
        self._type = cell_type

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return unread(cells.text, cells.values)

    def complaints(self, cells: Cells) -> pa.StringArray:
        return self._type.complaints(cells.text)
