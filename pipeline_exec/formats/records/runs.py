"""Runs: many objects of a JSON text that are read at once, ten times as fast as one by one.

A run that is not what its reader expects is not consumed: its objects are then walked through one by one, so that
whatever is irregular or wrong is met where every case is dealt with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, Generic, Protocol, TypeVar

from pipeline_exec.formats.records.scanner import Scanner

#: Bytes of a run: what is made of it on the way then fits into the processor's caches.
_LONGEST: Final = 512 * 1024
#: Characters walked through one by one when a run was not what was expected; twice as many each further time.
_SHORTEST: Final = 64 * 1024

#: How an object begins, up to its first key.
_OPENING: Final = re.compile(rb'\{[ \t\n\r]*"[^"\\]*"')
#: How far apart two objects of an array may be.
_GAP: Final = 256
#: How many places an array may be cut at are tried: objects within objects may begin with the same key.
_TRIED: Final = 4

Piece = TypeVar("Piece", covariant=True)


class Irregular(Exception):
    """A run that cannot be read at once."""

    def __init__(self, *, may_be_cut: bool = False) -> None:
        super().__init__()
        self.may_be_cut = may_be_cut
        """Whether a shorter one might be."""


class RunReader(Protocol[Piece]):
    """Makes something of runs."""

    def lines(self, text: bytes) -> Piece:
        """What is made of a text with an object on each line.

        Raises:
            Irregular: it is anything else, or its objects must be looked at one by one.
        """

    def elements(self, text: bytes) -> Piece:
        """What is made of a text of objects with commas between them; raises as ``lines``."""


class Runs(Generic[Piece]):
    """The runs of a text, each at the scanner's place and consumed when it could be read."""

    def __init__(self, scanner: Scanner, reader: RunReader[Piece]) -> None:
        self._scanner = scanner
        self._reader = reader
        self._one_by_one_until = 0
        self._patience = _SHORTEST

    def lines(self) -> Piece | None:
        """What is made of the lines at hand; None when the next value is to be read on its own."""
        return self._read(_line_end, self._reader.lines)

    def elements(self) -> Piece | None:
        """What is made of the elements at hand; None when the next one is to be read on its own."""
        return self._read(_element_ends, self._reader.elements)

    def _read(self, ends: Callable[[bytes], Iterator[int]], made: Callable[[bytes], Piece]) -> Piece | None:
        if self._scanner.offset < self._one_by_one_until:
            return None
        text = self._scanner.ahead(_LONGEST)
        for end in ends(text):
            try:
                piece = made(text[:end])
            except Irregular as irregular:
                if not irregular.may_be_cut:
                    break
            else:
                self._scanner.advance(end)
                self._patience = _SHORTEST
                return piece
        self._one_by_one_until = self._scanner.offset + self._patience
        self._patience = min(2 * self._patience, _LONGEST)
        return None


def _line_end(text: bytes) -> Iterator[int]:
    """Behind the last line break."""
    if end := text.rfind(b"\n") + 1:
        yield end


def _element_ends(text: bytes) -> Iterator[int]:
    """Behind objects that another may follow, the last first."""
    return islice(_ends(text), _TRIED)


def _ends(text: bytes) -> Iterator[int]:
    opening = _OPENING.match(text)
    at = text.rfind(opening[0], 1) if opening else -1
    while at > 0:
        start = max(at - _GAP, 0)
        before = text[start:at].rstrip()
        if before.endswith(b",") and (before := before[:-1].rstrip()).endswith(b"}"):
            yield start + len(before)
        at = text.rfind(opening[0], 1, at) if opening else -1
