"""Uniqueness: which values of a stream occurred before, in memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.dataplane.key_runs import SpilledRuns, contained
from pipeline_exec.dataplane.keys import Keys, Locksmith, Mask, merged

#: What a single unique column may keep in memory, 16 MB, and spend on the filter before its disk, 32 MB.
MOST_KEYS: Final = 2**20
MOST_FILTER_WORDS: Final = 2**22


class KeyBudget:
    """How much the values seen in one table may take in memory, shared evenly by all that are to be unique in it."""

    def __init__(self, keys: int = 2**21, filter_words: int = 3 * 2**22) -> None:
        """Set what all may take together: keys of 16 bytes, and words of 8 in the filters of those on disk."""
        self._keys, self._filter_words = keys, filter_words
        self._sharers = 0

    def add_sharer(self) -> None:
        """One more is to be remembered."""
        self._sharers += 1

    @property
    def most_keys(self) -> int:
        """How many keys each may keep in memory; the others lie on disk."""
        return min(self._keys // self._sharers, MOST_KEYS)

    @property
    def filter_words(self) -> int:
        """How many words each may spend on a filter."""
        return min(self._filter_words // self._sharers, MOST_FILTER_WORDS)


class Seen:
    """The values, or the combinations of values, seen so far, in memory that does not grow with their number."""

    def __init__(self, budget: KeyBudget) -> None:
        """Remember nothing yet, and share the budget with all others that have it."""
        self._locksmith = Locksmith()
        self._budget = budget
        budget.add_sharer()
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
            run = merged([self._runs.pop(), run])
        if len(run):
            self._runs.append(run)
        if sum(map(len, self._runs)) > self._budget.most_keys:
            self._spilled = self._spilled or SpilledRuns(self._budget.filter_words)
            self._spilled.add(merged(self._runs))
            self._runs = []


def _is_valid(values: pa.Array) -> Mask:
    valid: Mask = values.is_valid().to_numpy(zero_copy_only=False)
    return valid


def _taken(columns: Sequence[pa.Array], places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Sequence[pa.Array]:
    if len(places) == len(columns[0]):
        return columns
    taken = pa.array(places)
    return [values.take(taken) for values in columns]
