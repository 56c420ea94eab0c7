"""Uniqueness: which values of a stream occurred before, in eight bytes for each value remembered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Keys = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


class Seen:
    """The values seen so far, as 64-bit keys.

    Values of 64 bits are their own keys. Others are hashed with SipHash: among ten million different ones the chance
    that any is taken for another is 1 to 400,000.
    """

    def __init__(self) -> None:
        # Sorted, and each run more than twice as long as the next: that makes few runs and little copying.
        self._runs: list[Keys] = []

    def again(self, values: pa.Array) -> pa.BooleanArray:
        """True where a value occurred before, earlier in this array or in one before; false for null."""
        places = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
        occurred = np.zeros(len(values), np.bool_)
        occurred[places] = self._again(_keys(values.drop_null()))
        return pa.array(occurred)

    def _again(self, keys: Keys) -> Mask:
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        occurred = np.zeros(len(keys), np.bool_)
        occurred[1:] = ordered[1:] == ordered[:-1]
        for run in self._runs:
            occurred |= _contains(run, ordered)
        self._remember(ordered[~occurred])
        in_place = np.empty_like(occurred)
        in_place[order] = occurred
        return in_place

    def _remember(self, run: Keys) -> None:
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            # Timsort, which merges two sorted runs in one pass.
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        if len(run):
            self._runs.append(run)


def _contains(run: Keys, keys: Keys) -> Mask:
    found: Mask = run[np.searchsorted(run, keys).clip(max=len(run) - 1)] == keys
    return found


def _keys(values: pa.Array) -> Keys:
    keys: Keys
    if pa.types.is_floating(values.type):
        # Zero and minus zero are the same number.
        values = pc.add(values, 0.0)
    if pa.types.is_date32(values.type):
        values = values.view(pa.int32()).cast(pa.int64())
    if pa.types.is_primitive(values.type) and values.type.bit_width == 64:
        keys = values.view(pa.uint64()).to_numpy()
    else:
        keys = pd.util.hash_array(values.cast(pa.string()).to_numpy(zero_copy_only=False), categorize=False)
    return keys
