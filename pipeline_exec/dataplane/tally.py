"""Tally: how many findings there are of each kind in each column, and the first of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa

from pipeline_exec.dataplane.findings import FINDINGS

#: How many findings are shown where there is no room for all.
MOST_SHOWN = 50


class Tally:
    """Counts findings by column and code; there are never more of these than the target has checks."""

    def __init__(self) -> None:
        self._numbers: Counter[tuple[str, str]] = Counter()
        self.first = pa.RecordBatch.from_pylist([], FINDINGS)
        """The first findings, fifty at most."""
        self.guesses: Mapping[str, Mapping[str, str]] = {}
        """What is no finding and still worth a look: the ``guesses`` of the checker."""

    def add(self, findings: pa.RecordBatch) -> None:
        """Count a batch of findings."""
        if self.first.num_rows < MOST_SHOWN and findings.num_rows:
            self.first = pa.concat_batches([self.first, findings.slice(0, MOST_SHOWN - self.first.num_rows)])
        counted = pa.Table.from_batches([findings]).group_by(["column", "code"]).aggregate([([], "count_all")])
        for kind in counted.to_pylist():
            self._numbers[kind["column"], kind["code"]] += kind["count_all"]

    @property
    def total(self) -> int:
        """The number of all findings."""
        return self._numbers.total()

    def top(self, limit: int | None = None) -> list[tuple[str, str, int]]:
        """Column, code and number of findings, the most frequent first; those as frequent by name."""
        ranked = sorted(self._numbers.items(), key=lambda item: (-item[1], item[0]))
        return [(column, code, number) for (column, code), number in ranked[:limit]]

    def by_column(self) -> dict[str, int]:
        """The number of findings in each column that has any, the most first."""
        numbers: Counter[str] = Counter()
        for column, _, number in self.top():
            numbers[column] += number
        return dict(numbers.most_common())
