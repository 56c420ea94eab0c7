"""UNIQUE: no value occurs twice."""

from __future__ import annotations

import pyarrow as pa

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.text import concatenated, quoted
from pipeline_exec.dataplane.uniqueness import Seen
from pipeline_exec.dataplane.validations.check import Cells, Check, Rule


class UniqueCheck(Check):
    """A value did not occur in any row before. ``5`` and ``05`` are the same whole number."""

    code = "unique"

    def __init__(self) -> None:
        self._seen = Seen()

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return self._seen.again(cells.values)

    def complaints(self, cells: Cells) -> pa.StringArray:
        return concatenated("Must be unique; ", quoted(cells.text), " occurs in a row before.")


class UniqueRule(Rule):
    """The same as the attribute ``unique``, with a message of its own."""

    code = "unique"

    def check(self, _: CellType, /) -> Check:
        return UniqueCheck()
