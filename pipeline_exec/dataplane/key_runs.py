"""Runs of keys in ascending order: in memory, and beyond a number of them on disk."""

from __future__ import annotations

import itertools
import mmap
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Final

import numpy as np

from pipeline_exec.dataplane.keys import Keys, Mask, Words, merged
from pipeline_exec.errors import InternalError

#: So many runs of about the same length become one, for each is an open file and is looked through.
_MOST_ALIKE: Final = 4
#: How many keys are put into the filter at once: sorting them takes several times their size.
_AT_ONCE: Final = 2**17
#: How many keys of a run are in memory while others are looked for among them.
_LOOKED_THROUGH_AT_ONCE: Final = 2**20
#: How many keys of each run are in memory while several become one.
_OF_EACH_AT_ONCE: Final = 2**14


class SpilledRuns:
    """Keys on disk, in files of the system's temporary folder that vanish with the process, however it ends.

    In memory lie a filter and, while keys are looked up, a million of them.
    """

    def __init__(self, filter_words: int) -> None:
        """Prepare for keys, with a filter of so many words of eight bytes.

        With one word for five keys it lets through some in 100 that are not there, with one for fifty most; what it
        lets through is looked up.
        """
        self._filter = _Filter(filter_words)
        self._runs: list[_MappedRun] = []

    def add(self, run: Keys) -> None:
        """Put away keys that are in ascending order.

        Raises:
            InternalError: the temporary folder cannot be written.
        """
        self._filter.add(run)
        self._runs.append(_MappedRun([run], len(run)))
        while len(alike := self._runs[-_MOST_ALIKE:]) == _MOST_ALIKE and len(alike[0]) < 2 * len(alike[-1]):
            self._runs[-_MOST_ALIKE:] = [_MappedRun(_in_order(alike), sum(map(len, alike)))]

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

    def __init__(self, pieces: Iterable[Keys], length: int) -> None:
        """Put away so many keys, which come in ascending order."""
        try:
            with TemporaryFile() as file:
                _write(pieces, length, file)
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise InternalError(
                f"The keys of a unique column cannot be put into the temporary folder: {error.strerror}.",
                "Make room there, or set TMPDIR to a folder with more of it.",
            ) from error
        words = np.frombuffer(self._map, np.uint64)
        self.keys = Keys(words[:length], words[length:])

    def __len__(self) -> int:
        return len(self.keys)

    def contain(self, keys: Keys) -> Mask:
        found = np.zeros(len(keys), np.bool_)
        cuts = np.searchsorted(keys.high, self.keys.high[_LOOKED_THROUGH_AT_ONCE::_LOOKED_THROUGH_AT_ONCE])
        for begin, end in itertools.pairwise([0, *cuts.tolist(), len(keys)]):
            found[begin:end] = contained(keys[begin:end], self.keys)
            self.forget()
        return found

    def forget(self) -> None:
        """Give back the pages that were read, which count as the process's memory until then."""
        self._map.madvise(mmap.MADV_DONTNEED)


def _write(pieces: Iterable[Keys], length: int, file: IO[bytes]) -> None:
    """All first halves, and behind them all second ones."""
    written = 0
    for piece in pieces:
        for half, begin in ((piece.high, written), (piece.low, length + written)):
            file.seek(begin * half.itemsize)
            file.write(half.data)
        written += len(piece)
    file.flush()


def _in_order(runs: Sequence[_MappedRun]) -> Iterator[Keys]:
    """The keys of all runs in the order of their first halves, which is all that ``contained`` asks for."""
    left = [run.keys for run in runs]
    while left := [keys for keys in left if len(keys)]:
        # Looking beyond what is needed next would bring all of a run into memory.
        next_halves = [keys.high[:_OF_EACH_AT_ONCE] for keys in left]
        settled = min(halves[-1] for halves in next_halves)
        counts = [int(np.searchsorted(halves, settled, "right")) for halves in next_halves]
        yield merged([keys[:count] for keys, count in zip(left, counts, strict=True)])
        left = [keys[count:] for keys, count in zip(left, counts, strict=True)]
        for run in runs:
            run.forget()


class _Filter:
    """A Bloom filter: what was added may be contained, most of the rest is not. Each key has four bits of one word."""

    def __init__(self, words: int) -> None:
        self._words = np.zeros(words, np.uint64)

    def add(self, keys: Keys) -> None:
        for start in range(0, len(keys), _AT_ONCE):
            self._add(keys[start : start + _AT_ONCE])

    def _add(self, keys: Keys) -> None:
        mixed = np.sort(_mixed(keys))
        places = self._places(mixed)
        begins = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
        self._words[places[begins]] |= np.bitwise_or.reduceat(_bits(mixed), begins)

    def may_contain(self, keys: Keys) -> Mask:
        mixed = _mixed(keys)
        bits = _bits(mixed)
        maybe: Mask = self._words[self._places(mixed)] & bits == bits
        return maybe

    def _places(self, mixed: Words) -> Words:
        """Which word of the filter, by the upper half: in order, those of one word come one after the other."""
        return (mixed >> np.uint64(32)) * np.uint64(len(self._words)) >> np.uint64(32)


def _mixed(keys: Keys) -> Words:
    """A word for each key, spread evenly: the finish of SplitMix64."""
    words = keys.high ^ keys.low
    words = (words ^ words >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ words >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return words ^ words >> np.uint64(31)


def _bits(mixed: Words) -> Words:
    bits = np.zeros(len(mixed), np.uint64)
    for number in range(4):
        bits |= np.uint64(1) << (mixed >> np.uint64(6 * number) & np.uint64(63))
    return bits
