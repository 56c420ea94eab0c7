"""Formulas of a sheet of which no value is stored, because no spreadsheet program has calculated them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline_exec.formats.workbook.bounds import column_letters
from pipeline_exec.formats.workbook.cells.stored_cells import Integers


@dataclass
class UnstoredFormulas:
    """Those that were met so far."""

    count: int = 0
    first: tuple[int, int] | None = None
    """The 1-based row and column of the first."""

    def meet(self, rows: Integers, columns: Integers, count: int) -> None:
        """Count formulas at these places, which may stand for more cells than they are."""
        if not count:
            return
        self.count += count
        at = np.lexsort((columns, rows))[0]
        place = int(rows[at]), int(columns[at])
        self.first = min(self.first or place, place)

    @property
    def described(self) -> dict[str, object]:
        """As the dialect tells of them; nothing where there are none."""
        if self.first is None:
            return {}
        row, column = self.first
        return {"formulas_without_value": {"count": self.count, "first": f"{column_letters(column)}{row}"}}
