"""XML that is mostly one long list of elements of one name: the rows of a sheet, the texts that cells share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import IO, Final, TypeVar

from pipeline_exec.formats.workbook.package.markup import is_utf8, without_asides
from pipeline_exec.formats.workbook.package.respelling import spellings
from pipeline_exec.formats.workbook.package.spelling import Unusual, unprefixed
from pipeline_exec.formats.workbook.package.xml import chunks_of

#: Bytes looked at together: enough that what each piece costs is little beside what its elements do.
_CHUNK: Final = 1 << 21
#: Bytes of one element, and of what stands before the list, at most.
_LONGEST: Final = 16 << 20
_ROOT: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(<[^\W\d][\w:.-]*(?:\s[^<>]*)?>)")

Read = TypeVar("Read")


class ListXml:
    """Reads such XML once from its beginning to its end, some whole elements of the list at a time."""

    def __init__(self, part: IO[bytes], listing: bytes, item: bytes) -> None:
        """Prepare.

        Args:
            part: The XML.
            listing: The name of the element that holds the list.
            item: The name of the elements listed.
        """
        self._chunks = chunks_of(part, _CHUNK)
        self._listing = listing
        self._item = item
        self._rest = b""
        self._root = b""
        self._prefix = b""

    def pieces(self) -> Iterator[bytes]:
        """The XML of some whole elements after the other, as it is written.

        Raises:
            Unusual: where the list is cannot be known; nothing was read yet.
            ValueError: the list does not end, or is no XML.
        """
        begins = self._begins()
        if begins[2]:
            return
        starts, ends = b"<%b%b" % (self._prefix, self._item), b"</%b%b>" % (self._prefix, self._listing)
        while (end := self._rest.find(ends)) < 0:
            cut = max(self._rest.rfind(starts), 0)
            yield self._taken(cut)
            if len(self._rest) > _LONGEST or not self._fill():
                raise ValueError("a list that does not end")
        yield self._taken(end)

    def rest(self) -> Iterator[bytes]:
        """What was not read yet."""
        yield self._rest
        yield from self._chunks

    def scanned(self, piece: bytes, scan: Callable[[bytes], Read]) -> Read:
        """What is made of a piece as nearly every program would have written it.

        Raises:
            Unusual: that is not sure to be what it means.
        """
        for spelled in spellings(piece, self._root):
            with suppress(Unusual):
                return scan(unprefixed(spelled, self._prefix))
        raise Unusual

    def _begins(self) -> re.Match[bytes]:
        """Read to where the list begins."""
        self._fill()
        if not is_utf8(self._rest):
            raise Unusual
        self._chunks = without_asides(chain([self._rest], self._chunks))
        self._rest = b""
        listing = re.compile(rb"<(\w+:)?%b(?:\s[^<>]*?)?(/?)>" % self._listing)
        while (begins := listing.search(self._rest)) is None:
            if len(self._rest) > _LONGEST or not self._fill():
                raise Unusual
        root = _ROOT.match(self._rest)
        if root is None:
            raise Unusual
        self._root, self._prefix = root[1], begins[1] or b""
        self._taken(begins.end())
        return begins

    def _fill(self) -> bool:
        chunk = next(self._chunks, b"")
        self._rest += chunk
        return bool(chunk)

    def _taken(self, end: int) -> bytes:
        piece, self._rest = self._rest[:end], self._rest[end:]
        return piece
