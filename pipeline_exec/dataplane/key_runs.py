"""Runs of keys in ascending order: in memory, and beyond a number of them on disk."""

from __future__ import annotations

import mmap
from tempfile import TemporaryFile
from typing import Final

import numpy as np

from pipeline_exec.dataplane.keys import Keys, Mask, Words
from pipeline_exec.errors import InternalError

#: Bits of the filter in front of what lies on disk, 32 MB: of 20 million keys it lets through 4 in 1,000 that are not
#: there, of 100 million half; what it lets through is looked up.
_FILTER_BITS: Final = 2**28
_FILTER_PROBES: Final = 4
_AT_ONCE: Final = 2**16
#: An odd number whose bits look random: the golden ratio's, as in Knuth's multiplicative hashing.
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


class SpilledRuns:
    """Keys on disk, in files of the system's temporary folder that vanish with the process, however it ends.

    In memory lie a filter of 32 MB and, while keys are looked up, no more than one run.
    """

    def __init__(self) -> None:
        self._filter = _Filter()
        self._runs: list[_MappedRun] = []

    def add(self, run: Keys) -> None:
        """Put away keys that are in ascending order.

        Raises:
            InternalError: the temporary folder cannot be written.
        """
        self._filter.add(run)
        self._runs.append(_MappedRun(run))

    def contain(self, keys: Keys) -> Mask:
        """Which of the keys, in ascending order, were put away."""
        found = np.zeros(len(keys), np.bool_)
        maybe = np.flatnonzero(self._filter.may_contain(keys))
        for run in self._runs if len(maybe) else ():
            found[maybe] |= run.contain(keys[maybe])
        return found


def contained(keys: Keys, run: Keys) -> Mask:
    """Which of the keys, in ascending order, are in the run."""
    found = np.zeros(len(keys), np.bool_)
    pending = np.arange(len(keys))
    places = np.searchsorted(run.high, keys.high)
    # Once around, but for keys that share a half with others.
    while len(pending):
        is_inside = places < len(run)
        pending, places = pending[is_inside], places[is_inside]
        is_alike = run.high[places] == keys.high[pending]
        pending, places = pending[is_alike], places[is_alike]
        is_same = run.low[places] == keys.low[pending]
        found[pending[is_same]] = True
        pending, places = pending[~is_same], places[~is_same] + 1
    return found


class _MappedRun:
    """A run in a file without a name."""

    def __init__(self, run: Keys) -> None:
        try:
            with TemporaryFile() as file:
                file.write(run.high.data)
                file.write(run.low.data)
                file.flush()
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise InternalError(
                f"The keys of a unique column cannot be put into the temporary folder: {error.strerror}.",
                "Make room there, or set TMPDIR to a folder with more of it.",
            ) from error
        words = np.frombuffer(self._map, np.uint64)
        self._run = Keys(words[: len(run)], words[len(run) :])

    def contain(self, keys: Keys) -> Mask:
        found = contained(keys, self._run)
        # Pages that were read count as the process's memory until they are given back.
        self._map.madvise(mmap.MADV_DONTNEED)
        return found


class _Filter:
    """A Bloom filter: what was added may be contained, most of the rest is not."""

    def __init__(self) -> None:
        self._bits = np.zeros(_FILTER_BITS // 8, np.uint8)

    def add(self, keys: Keys) -> None:
        for start in range(0, len(keys), _AT_ONCE):
            for probe in self._probes(keys[start : start + _AT_ONCE]):
                self._set(probe >> np.uint64(3), probe & np.uint64(7))

    def _set(self, places: Words, bits: Words) -> None:
        # A place may occur several times: bit by bit, each time with the same outcome.
        for bit in range(8):
            self._bits[places[bits == bit]] |= np.uint8(1 << bit)

    def may_contain(self, keys: Keys) -> Mask:
        maybe = np.ones(len(keys), np.bool_)
        for probe in self._probes(keys):
            maybe &= (self._bits[probe >> np.uint64(3)] >> (probe & np.uint64(7)).astype(np.uint8)) & 1 == 1
        return maybe

    def _probes(self, keys: Keys) -> list[Words]:
        mixed = (keys.high ^ (keys.low * _GOLDEN)) * _GOLDEN
        step = (mixed >> np.uint64(32)) | np.uint64(1)
        first = mixed ^ (mixed >> np.uint64(29))
        return [(first + np.uint64(number) * step) % np.uint64(_FILTER_BITS) for number in range(_FILTER_PROBES)]
