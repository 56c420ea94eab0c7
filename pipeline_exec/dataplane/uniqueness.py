"""Uniqueness: which values of a stream occurred before, in memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.dataplane.key_runs import SpilledRuns, contained
from pipeline_exec.dataplane.keys import Keys, Locksmith, Mask

#: How many keys are kept in memory, of 16 bytes each; the others lie on disk.
MOST_IN_MEMORY: Final = 2**20


class Seen:
    """The values, or the combinations of values, seen so far. It takes some 140 MB at most, however many there are."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._locksmith = Locksmith()
        self._most_in_memory = most_in_memory
        # In ascending order, and each run more than twice as long as the next: that makes few runs and little copying.
        self._runs: list[Keys] = []
        self._spilled: SpilledRuns | None = None

    def again(self, *columns: pa.Array) -> pa.BooleanArray:
        """True where a value occurred before, earlier in this array or in one before; false for null.

        Of several columns the values of a row count together, and not where one of them is null.
        """
        places = np.flatnonzero(np.logical_and.reduce([_is_valid(values) for values in columns]))
        occurred = np.zeros(len(columns[0]), np.bool_)
        occurred[places] = self._again(self._locksmith.keys(_taken(columns, places)))
        return pa.array(occurred)

    def _again(self, keys: Keys) -> Mask:
        order = keys.order()
        ordered = keys[order]
        occurred = ordered.repeats()
        for run in self._runs:
            occurred |= contained(ordered, run)
        if self._spilled is not None:
            occurred |= self._spilled.contain(ordered)
        self._remember(ordered[~occurred])
        in_place = np.empty_like(occurred)
        in_place[order] = occurred
        return in_place

    def _remember(self, run: Keys) -> None:
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = _merged([self._runs.pop(), run])
        if len(run):
            self._runs.append(run)
        if sum(map(len, self._runs)) > self._most_in_memory:
            self._spilled = self._spilled or SpilledRuns()
            self._spilled.add(_merged(self._runs))
            self._runs = []


def _merged(runs: Sequence[Keys]) -> Keys:
    keys = Keys(np.concatenate([run.high for run in runs]), np.concatenate([run.low for run in runs]))
    return keys[keys.order()]


def _is_valid(values: pa.Array) -> Mask:
    valid: Mask = values.is_valid().to_numpy(zero_copy_only=False)
    return valid


def _taken(columns: Sequence[pa.Array], places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Sequence[pa.Array]:
    if len(places) == len(columns[0]):
        return columns
    taken = pa.array(places)
    return [values.take(taken) for values in columns]
