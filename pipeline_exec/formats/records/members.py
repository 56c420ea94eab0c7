"""The members of many objects at once: where in a text each of their keys and values stands.

The text was seen to be valid before. What is looked for is where things begin and end, in whole columns of places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.dataplane.text import Bytes, Mask, Places
from pipeline_exec.formats.records.runs import Irregular

QUOTE, OPENING_BRACE = ord('"'), ord("{")
_COLON, _COMMA, _SPACE = map(ord, ":, ")
#: Brackets and braces differ in this bit only: ``[`` and ``{``, ``]`` and ``}``.
_BRACE_BIT: Final = 0x20
_OPENS, _CLOSES = map(ord, "{}")
#: Most spaces in a row, and most characters of a number: each takes a look at all places at once.
_MOST_SPACES: Final = 64
_LONGEST_SCALAR: Final = 64

#: What ends a number or a word, by the byte.
_ENDS_SCALAR: Final = np.isin(np.arange(256), list(b",}] \t\r\n"))


class Pieces:
    """Pieces of a text, none of which reaches into the next."""

    def __init__(self, text: bytes, starts: Places, ends: Places) -> None:
        places = np.empty(2 * len(starts), np.int32)
        places[::2], places[1::2] = starts, ends
        gaps = max(len(places) - 1, 0)
        self._with_gaps = pa.StringArray.from_buffers(gaps, pa.py_buffer(places), pa.py_buffer(text))
        self._are_empty: Mask = starts == ends
        self.has_escapes = b"\\" in text

    def at(self, chosen: Places) -> pa.StringArray:
        """Some of them, as text."""
        return self._with_gaps.take(pa.array(2 * chosen))

    def are_empty(self, chosen: Places) -> Mask:
        """Which of them are."""
        are_empty: Mask = self._are_empty[chosen]
        return are_empty


@dataclass(frozen=True)
class Members:
    """The members of objects, none of those within them, in the order of the text."""

    objects: int
    """How many objects there are."""
    numbers: Places
    """Of each member, the number of its object."""
    keys: pa.StringArray
    """As they stand in the text."""
    values: Pieces
    """As they stand in the text; strings without their quotes."""
    firsts: Bytes
    """The first byte of each value, which tells what it is."""


def members_of(text: bytes) -> Members:
    """The members of the objects of a text: valid JSON with nothing but space and commas between them.

    Raises:
        Irregular: the text ends within an object, or is written in a way few programs have.
    """
    data = np.frombuffer(text, np.uint8)
    quotes = _quotes(text)
    brackets = _brackets(data, quotes)
    opened, closed = quotes[::2], quotes[1::2]
    behind = _past_spaces(data, closed + 1)
    keys = np.flatnonzero(data[behind] == _COLON)
    keys = keys[brackets.are_in_objects(opened[keys])]
    starts = _past_spaces(data, behind[keys] + 1)
    firsts = data[starts]
    following = np.minimum(keys + 1, len(opened) - 1)
    ends = _value_ends(data, starts, brackets, opened[following], closed[following])
    counts = np.diff(np.searchsorted(opened[keys], brackets.objects), append=len(keys))
    return Members(
        objects=len(brackets.objects),
        numbers=np.repeat(np.arange(len(brackets.objects)), counts),
        keys=Pieces(text, opened[keys] + 1, closed[keys]).at(np.arange(len(keys))),
        values=Pieces(text, starts + (firsts == QUOTE), ends),
        firsts=firsts,
    )


@dataclass(frozen=True)
class _Brackets:
    """The brackets and braces of a text, but for those in strings."""

    places: Places
    depths: Places
    """How many are open behind each."""
    opens: Mask

    @property
    def objects(self) -> Places:
        """Where those begin that stand in no others."""
        objects: Places = self.places[self.opens & (self.depths == 1)]
        return objects

    def are_in_objects(self, places: Places) -> Mask:
        """Which of these stand in an object and in nothing within it."""
        if len(self.places) == 2 * len(self.objects):
            return np.ones(len(places), np.bool_)
        are_in: Mask = self.depths[np.searchsorted(self.places, places) - 1] == 1
        return are_in

    def ends(self, starts: Places) -> Places:
        """Behind the arrays and objects within objects that begin here."""
        ends = self.places[~self.opens & (self.depths == 1)]
        behind: Places = ends[np.searchsorted(ends, starts)] + 1
        return behind


def _quotes(text: bytes) -> Places:
    """Where strings begin and end, in turns."""
    if b"\\" in text:
        # A backslash escapes what stands behind it, which may be another one.
        text = text.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")
    quotes = np.flatnonzero(np.frombuffer(text, np.uint8) == QUOTE)
    if len(quotes) % 2 or not len(quotes):
        raise Irregular(may_be_cut=True)
    return quotes


def _brackets(data: Bytes, quotes: Places) -> _Brackets:
    folded = data | _BRACE_BIT
    places = np.flatnonzero((folded == _OPENS) | (folded == _CLOSES))
    places = places[np.searchsorted(quotes, places) % 2 == 0]
    opens = folded[places] == _OPENS
    depths = np.cumsum(np.where(opens, 1, -1))
    if not len(places) or depths[-1] or depths.min() < 0 or places[-1] < quotes[-1]:
        raise Irregular(may_be_cut=True)
    brackets = _Brackets(places, depths, opens)
    if (data[brackets.objects] != OPENING_BRACE).any():
        raise Irregular
    return brackets


def _past_spaces(data: Bytes, places: Places) -> Places:
    """The next byte that is no space, at each place or behind it."""
    for _ in range(_MOST_SPACES):
        is_space = data[places] <= _SPACE
        if not is_space.any():
            return places
        places = places + is_space
    raise Irregular


def _value_ends(data: Bytes, starts: Places, brackets: _Brackets, opened: Places, closed: Places) -> Places:
    """Where values end; of a string at its quote.

    Args:
        data: The text.
        starts: Where they begin.
        brackets: Of the text.
        opened: Where the first string begins that does behind each key; where there is none, that may be anywhere.
        closed: Where that string ends.
    """
    firsts = data[starts]
    is_nested = (firsts | _BRACE_BIT) == _OPENS
    is_scalar = (firsts != QUOTE) & ~is_nested
    ends = closed.copy()
    ends[is_nested] = brackets.ends(starts[is_nested])
    ends[is_scalar] = _scalar_ends(data, starts[is_scalar], opened[is_scalar])
    return ends


def _scalar_ends(data: Bytes, starts: Places, following: Places) -> Places:
    """Where numbers and words end.

    Args:
        data: The text.
        starts: Where they begin.
        following: Where the next string begins; the last one has none, and may be anywhere.
    """
    commas = _back_past_spaces(data, following - 1)
    is_end = (data[commas] == _COMMA) & ~_ENDS_SCALAR[data[commas - 1]] & (commas > starts)
    ends = np.where(is_end, commas, starts)
    unsure = np.flatnonzero(~is_end)
    for _ in range(_LONGEST_SCALAR):
        unsure = unsure[~_ENDS_SCALAR[data[ends[unsure]]]]
        if not len(unsure):
            return ends
        ends[unsure] += 1
    raise Irregular


def _back_past_spaces(data: Bytes, places: Places) -> Places:
    for _ in range(_MOST_SPACES):
        is_space = data[places] <= _SPACE
        if not is_space.any():
            break
        places = places - is_space
    return places
