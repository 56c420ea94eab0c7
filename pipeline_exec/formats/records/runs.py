"""Runs: many objects of a JSON text that are read at once, ten times as fast as one by one.

A run that is not what its reader expects is not consumed: its objects are then walked through one by one, so that
whatever is irregular or wrong is met where every case is dealt with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec

from pipeline_exec.formats.records.scanner import Scanner

#: Characters of a run.
_LONGEST: Final = 4 * 1024**2
#: Characters walked through one by one when a run was not what was expected; twice as many each further time.
_SHORTEST: Final = 64 * 1024
#: Memory the decoded objects of a run may take, in bytes: many objects without most of the keys are hardly any text.
_MOST_MEMORY: Final = 96 * 1024**2

#: How an object begins, up to its first key.
_OPENING: Final = re.compile(r'\{[ \t\n\r]*"[^"\\]*"')
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


class Objects:
    """Decodes many objects at once."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._lines = msgspec.json.Decoder(kind)
        self._elements = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]  # a type made at run time
        self._size = 48 + 8 * len(kind.__struct_fields__)

    def on_lines(self, text: str) -> list[Any]:
        """The objects of a text, one on each line.

        Raises:
            Irregular: it is anything else, or one of them is of another kind.
        """
        return self._decoded(self._lines.decode_lines, text, text)

    def in_array(self, text: str) -> list[Any]:
        """The objects of a text, with commas between them; raises as ``on_lines``."""
        return self._decoded(self._elements.decode, text, f"[{text}]")

    def _decoded(self, decode: Callable[[str], list[Any]], text: str, whole: str) -> list[Any]:
        if text.count("{") * self._size > _MOST_MEMORY:
            raise Irregular
        try:
            return decode(whole)
        except msgspec.ValidationError:
            raise Irregular from None
        except msgspec.DecodeError:
            raise Irregular(may_be_cut=True) from None
        except (RecursionError, UnicodeError):
            raise Irregular from None


class RunReader(Protocol[Piece]):
    """Makes something of runs."""

    def objects(self) -> Objects | None:
        """What decodes the next run; None when nothing is known of it yet."""

    def piece(self, records: list[Any]) -> Piece:
        """What a run is made to.

        Raises:
            Irregular: its objects must be looked at one by one.
        """


class Runs(Generic[Piece]):
    """The runs of a text, each at the scanner's place and consumed when it could be read."""

    def __init__(self, scanner: Scanner, reader: RunReader[Piece]) -> None:
        self._scanner = scanner
        self._reader = reader
        self._one_by_one_until = 0
        self._patience = _SHORTEST

    def lines(self) -> Piece | None:
        """What is made of the lines at hand; None when the next value is to be read on its own."""
        return self._read(_line_end, Objects.on_lines)

    def elements(self) -> Piece | None:
        """What is made of the elements at hand; None when the next one is to be read on its own."""
        return self._read(_element_ends, Objects.in_array)

    def _read(self, ends: Callable[[str], Iterator[int]], decoded: Callable[[Objects, str], list[Any]]) -> Piece | None:
        if self._scanner.offset < self._one_by_one_until:
            return None
        objects = self._reader.objects()
        text = self._scanner.ahead(_LONGEST) if objects else ""
        for end in ends(text):
            try:
                piece = self._reader.piece(decoded(objects, text[:end]))  # type: ignore[arg-type]  # there is text
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


def _line_end(text: str) -> Iterator[int]:
    """Behind the last line break."""
    if end := text.rfind("\n") + 1:
        yield end


def _element_ends(text: str) -> Iterator[int]:
    """Behind objects that another may follow, the last first."""
    return islice(_ends(text), _TRIED)


def _ends(text: str) -> Iterator[int]:
    opening = _OPENING.match(text)
    at = text.rfind(opening[0], 1) if opening else -1
    while at > 0:
        start = max(at - _GAP, 0)
        before = text[start:at].rstrip()
        if before.endswith(",") and (before := before[:-1].rstrip()).endswith("}"):
            yield start + len(before)
        at = text.rfind(opening[0], 1, at) if opening else -1
