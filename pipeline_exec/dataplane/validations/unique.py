"""UNIQUE: no value occurs twice, or no combination of values."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from pipeline_exec.dataplane.problems import listed
from pipeline_exec.dataplane.text import concatenated, quoted
from pipeline_exec.dataplane.uniqueness import KeyBudget, Seen
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule


class UniqueCheck(Check):
    """A value did not occur in any row before. ``5`` and ``05`` are the same whole number."""

    code = "unique"

    def __init__(self, budget: KeyBudget, others: Sequence[str] = ()) -> None:
        self.others = others
        self._seen = Seen(budget)

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return self._seen.again(cells.values, *(cells.beside[key].values for key in self.others))

    def complaints(self, cells: Cells) -> pa.StringArray:
        if self.others:
            together = f" together with {listed(self.others)}; "
            return concatenated(f"Must be unique{together}", quoted(cells.text), " occurs so in a row before.")
        return concatenated("Must be unique; ", quoted(cells.text), " occurs in a row before.")


class UniqueRule(Rule):
    """No value occurs twice, as the attribute ``unique`` says too; with ``columns``, no combination with their values.

    A combination counts where none of its cells is empty.
    """

    code = "unique"
    columns: tuple[str, ...] = ()

    def check(self, place: Place, /) -> Check:
        place.others(self.columns, "columns")
        return UniqueCheck(place.key_budget, self.columns)
