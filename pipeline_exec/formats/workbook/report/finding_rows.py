"""Findings beside the rows they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline_exec.dataplane.findings import FINDINGS

Numbers = npt.NDArray[np.int64]


def by_whole_rows(findings: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same findings, those of one row in one batch."""
    held = _nothing()
    for batch in findings:
        joined = pa.concat_batches([held, batch])
        rows = row_numbers(joined)
        cut = int(np.searchsorted(rows, rows[-1])) if len(rows) else 0
        if cut:
            yield joined.slice(0, cut)
        held = joined.slice(cut)
    if held.num_rows:
        yield held


def row_numbers(findings: pa.RecordBatch) -> Numbers:
    """The 1-based row of each; it never falls."""
    numbers: Numbers = findings.column("row").to_numpy()
    return numbers


class Along:
    """Findings that are taken as the rows pass."""

    def __init__(self, findings: Iterable[pa.RecordBatch]) -> None:
        self._batches = iter(findings)
        self._held = _nothing()

    def up_to(self, row: int) -> pa.RecordBatch:
        """Those that were not taken yet of the rows up to this one."""
        found = [self._held]
        while not found[-1].num_rows or row_numbers(found[-1])[-1] <= row:
            batch = next(self._batches, None)
            if batch is None:
                break
            found.append(batch)
        joined = pa.concat_batches(found)
        cut = int(np.searchsorted(row_numbers(joined), row, side="right"))
        self._held = joined.slice(cut)
        return joined.slice(0, cut)


def _nothing() -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], FINDINGS)
