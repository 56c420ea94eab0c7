"""Runs of keys in ascending order: in memory, and beyond a number of them on disk."""

from __future__ import annotations

import mmap
from tempfile import TemporaryFile
from typing import Final

import numpy as np

from pipeline_exec.dataplane.keys import Keys, Mask, Words
from pipeline_exec.errors import InternalError

#: Words of the filter in front of what lies on disk, 32 MB: of 20 million keys it lets through some in 100 that are not
#: there, of 200 million most; what it lets through is looked up.
_FILTER_WORDS: Final = 2**22
#: How many keys are put into the filter at once: sorting them takes several times their size.
_AT_ONCE: Final = 2**17


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
    """A Bloom filter: what was added may be contained, most of the rest is not. Each key has four bits of one word."""

    def __init__(self) -> None:
        self._words = np.zeros(_FILTER_WORDS, np.uint64)

    def add(self, keys: Keys) -> None:
        for start in range(0, len(keys), _AT_ONCE):
            self._add(keys[start : start + _AT_ONCE])

    def _add(self, keys: Keys) -> None:
        mixed = np.sort(_mixed(keys))
        places = _places(mixed)
        begins = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
        self._words[places[begins]] |= np.bitwise_or.reduceat(_bits(mixed), begins)

    def may_contain(self, keys: Keys) -> Mask:
        mixed = _mixed(keys)
        bits = _bits(mixed)
        maybe: Mask = self._words[_places(mixed)] & bits == bits
        return maybe


def _mixed(keys: Keys) -> Words:
    """A word for each key, spread evenly: the finish of SplitMix64."""
    words = keys.high ^ keys.low
    words = (words ^ words >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ words >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return words ^ words >> np.uint64(31)


def _places(mixed: Words) -> Words:
    """Which word of the filter, by the upper bits: in order, those of one word come one after the other."""
    return mixed >> np.uint64(65 - _FILTER_WORDS.bit_length())


def _bits(mixed: Words) -> Words:
    bits = np.zeros(len(mixed), np.uint64)
    for number in range(4):
        bits |= np.uint64(1) << (mixed >> np.uint64(6 * number) & np.uint64(63))
    return bits
