"""The attributes of many tags at once: tags that are spelled alike, but for the values, are read together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline_exec.formats.workbook.cells.stored_cells import Bytes, Integers
from pipeline_exec.formats.workbook.package.spelling import Mask, Unusual, spells

#: As long as can be compared at once.
_ATTRIBUTE: Final = re.compile(rb'(?P<spelled>\s{1,16}(?P<name>[A-Za-z][\w.:-]{0,40})\s{0,2}=\s{0,2}")[^"<]*"')
_END: Final = re.compile(rb"\s{0,16}/?>")
#: More shapes of tags than that in one piece are read one by one as fast.
_MOST_SHAPES: Final = 64
_MOST_ATTRIBUTES: Final = 32


@dataclass(frozen=True)
class Tags:
    """What stands in the tags with which elements begin."""

    starts: dict[bytes, Integers]
    """By the names of attributes that are wanted where the value of each tag begins; 0 where it has none."""
    ends: dict[bytes, Integers]
    """Likewise where it ends."""
    behind: Integers
    """The place behind each tag."""
    is_empty: Mask
    """Whether the element ends with the tag."""


class TagScan:
    """Reads tags in one piece of XML."""

    def __init__(self, piece: bytes, data: Bytes) -> None:
        self._piece = piece
        self._data = data
        quotes = np.flatnonzero(data == ord('"'))
        self._quotes = np.append(quotes, np.full(2 * _MOST_ATTRIBUTES, len(piece)))

    def tags(self, at: Integers, following: Integers, wanted: frozenset[bytes]) -> Tags:
        """The tags whose names end at these places.

        Args:
            at: The places.
            following: Where the next tag begins behind each of them.
            wanted: The names of the attributes whose values are asked for.

        Raises:
            Unusual: one is not written as most are.
        """
        found = Tags(
            {name: np.zeros(len(at), np.int64) for name in wanted},
            {name: np.zeros(len(at), np.int64) for name in wanted},
            np.zeros(len(at), np.int64),
            np.zeros(len(at), np.bool_),
        )
        first = np.searchsorted(self._quotes, at)
        left = np.arange(len(at))
        for _ in range(_MOST_SHAPES):
            if not len(left):
                return _whole(found, following)
            is_alike = self._take(found, left, at[left], first[left])
            left = left[~is_alike]
        raise Unusual

    def _take(self, found: Tags, places: Integers, at: Integers, first: Integers) -> Mask:
        """Read all tags of the shape that the first of these has, and say which they are."""
        attributes, end = self._shape(int(at[0]))
        is_alike = np.ones(len(at), np.bool_)
        behind = at
        values: list[tuple[bytes, Integers, Integers]] = []
        for number, (name, spelled) in enumerate(attributes.items()):
            begins, ends = self._quotes[first + 2 * number] + 1, self._quotes[first + 2 * number + 1]
            is_alike &= (begins == behind + len(spelled)) & spells(self._data, behind, spelled)
            behind = np.minimum(ends + 1, len(self._piece))
            values.append((name, begins, ends))
        is_alike &= spells(self._data, behind, end)
        alike = places[is_alike]
        for name, begins, ends in values:
            if name in found.starts:
                found.starts[name][alike], found.ends[name][alike] = begins[is_alike], ends[is_alike]
        found.behind[alike] = behind[is_alike] + len(end)
        found.is_empty[alike] = end.endswith(b"/>")
        return is_alike

    def _shape(self, at: int) -> tuple[dict[bytes, bytes], bytes]:
        """How a tag spells what stands in front of the value of each of its attributes, and its end."""
        found: list[re.Match[bytes]] = []
        while match := _ATTRIBUTE.match(self._piece, at):
            found.append(match)
            at = match.end()
        attributes = {match["name"]: match["spelled"] for match in found}
        end = _END.match(self._piece, at)
        if end is None or len(attributes) < len(found) or len(found) > _MOST_ATTRIBUTES:
            raise Unusual
        # What declares a namespace changes what names mean.
        if any(name.startswith(b"xmlns") for name in attributes):
            raise Unusual
        return attributes, end[0]


def _whole(found: Tags, following: Integers) -> Tags:
    # An attribute with "<" in it would be a tag of its own.
    if (found.behind > following).any():
        raise Unusual
    return found
