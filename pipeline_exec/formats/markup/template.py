"""What the records of a document look like, so that runs of records that look like it are read at once.

A run is what matches the template without a gap. Anything else, be it allowed or wrong, is left to the parser.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline_exec.formats.markup import patterns
from pipeline_exec.formats.markup.names import Prefixes
from pipeline_exec.formats.markup.place import Place

#: More values in a record than that are left to the parser.
_MOST_GROUPS: Final = 200

#: All that is left, of which one byte is kept.
_REST: Final = rb"|([\s\S])[\s\S]*+"
_TEXT: Final = rb"(" + patterns.TEXT + rb")"
_VALUE: Final = rb'="([^"<\t\r\n]*+)"'


class Template:
    """Records with the attributes and elements that are known of them, in the order that is known; each may miss."""

    def __init__(self, record: Place) -> None:
        self.groups: list[tuple[Place, str | None]] = []
        """What the values of a record are of: the text of a place, one of its attributes, or all elements at it."""
        pattern = self._element(record) + patterns.SPACES
        self._record_or_rest = re.compile(pattern + _REST)
        self._record = re.compile(pattern)
        self._opening = re.compile(rb"<" + patterns.name_of(record) + rb"(?=[ \t\r\n/>])")
        self._closing = b"</" + record.name.encode() + b">"
        self._openings = [b"<" + record.name.encode() + each for each in (b" ", b">", b"/")]

    def opening(self, data: bytes, at: int) -> int:
        """Where the next record may begin; negative when there is none."""
        found = self._opening.search(data, at)
        return found.start() if found else -1

    def end(self, data: bytes, at: int) -> int:
        """Where the run that begins here ends; here where there is none."""
        last = self._last(data, at)
        while matched := self._record.match(data, at, last):
            at = matched.end()
        return at

    def count(self, data: bytes, at: int, end: int) -> int:
        """How many records a run has."""
        return len(self._opening.findall(data, at, end))

    def values(self, data: bytes, at: int) -> tuple[list[tuple[bytes, ...]], int]:
        """The values of each record of the run that begins here, in the order of the groups, and where it ends.

        An empty value is none.
        """
        end = self._last(data, at)
        found = self._record_or_rest.findall(data, at, end)
        if found and found[-1][-1]:
            return found[:-1], self.end(data, at)
        return found, end

    def _last(self, data: bytes, at: int) -> int:
        """Where whole records end, as far as can be told at a glance."""
        closed = data.rfind(self._closing, at)
        opened = max(data.rfind(opening, at) for opening in self._openings)
        return max(closed + len(self._closing) if closed >= 0 else at, opened)

    def _element(self, place: Place) -> bytes:
        attributes = b"".join(self._attribute(place, name) for name in place.attributes)
        if place.inner:
            content = patterns.within(place, self._element, self._section)
        elif patterns.has_text(place):
            self.groups.append((place, None))
            content = _TEXT
        else:
            content = b""
        return patterns.tag(place, attributes, rb"(?:/>|>" + content + patterns.closing(place) + rb")")

    def _attribute(self, place: Place, name: str) -> bytes:
        self.groups.append((place, name))
        return patterns.attribute(name, _VALUE)

    def _section(self, place: Place) -> bytes:
        self.groups.append((place, None))
        return patterns.section(place)


def template_of(record: Place, prefixes: Prefixes) -> Template | None:
    """The template of records; None where some of them are too various for one."""
    nil = prefixes.nil()
    groups = 0
    for place in record.everywhere():
        is_various = place.inner and place.has_text
        groups += len(place.attributes) + (not place.inner)
        if is_various or groups > _MOST_GROUPS or not nil.isdisjoint(place.attributes):
            return None
    return Template(record)
