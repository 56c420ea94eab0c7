"""The texts that the cells of a workbook share (ECMA-376 part 1, 18.4.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final
from xml.parsers import expat

import pyarrow as pa

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.workbook.openxml.cell_scan import scan_strings
from pipeline_exec.formats.workbook.package.entities import unescaped
from pipeline_exec.formats.workbook.package.spelling import Unusual, unprefixed
from pipeline_exec.formats.workbook.package.xml import local_name, refuse_declarations

_CHUNK: Final = 1 << 20
_ITEM: Final = re.compile(rb"<(\w+:)?si[ />]")
#: All of them are held in memory, for a cell may want any.
_MOST_BYTES: Final = 1 << 30
#: Bytes of XML of one text.
_LONGEST: Final = 16 << 20


def read_strings(part: IO[bytes]) -> pa.StringArray:
    """All shared texts in the order in which cells count them.

    Raises:
        expat.ExpatError, ValueError: the part is damaged.
        ParsingFailure: they do not fit into memory.
    """
    found = [pa.array([], pa.string())]
    size = 0
    for texts in _strings(part):
        found.append(texts)
        size += texts.nbytes
        if size > _MOST_BYTES:
            raise ParsingFailure(
                "The cells of the workbook share more than 1 GB of texts.", "Split it, or save it as CSV."
            )
    return pa.concat_arrays(found)


def _strings(part: IO[bytes]) -> Iterator[pa.StringArray]:
    rest = part.read(_CHUNK)
    begins = _ITEM.search(rest)
    head = rest[: begins.start()] if begins else b""
    if begins is None or b"<!" in head or b"encoding" in head.replace(b'encoding="UTF-8"', b""):
        yield _parsed(_chunks(part, rest))
        return
    prefix = begins[1] or b""
    item, closing = b"<%bsi" % prefix, b"</%bsst>" % prefix
    rest = rest[begins.start() :]
    while (end := rest.find(closing)) < 0:
        cut = max(rest.rfind(item), 0)
        if cut:
            yield _piece(rest[:cut], prefix)
            rest = rest[cut:]
        chunk = part.read(_CHUNK)
        if not chunk or len(rest) > _LONGEST:
            raise ValueError("texts that do not end")
        rest += chunk
    yield _piece(rest[:end], prefix)


def _chunks(part: IO[bytes], first: bytes) -> Iterator[bytes]:
    yield first
    while chunk := part.read(_CHUNK):
        yield chunk


def _piece(piece: bytes, prefix: bytes) -> pa.StringArray:
    try:
        return scan_strings(unprefixed(piece, prefix))
    except Unusual:
        return _parsed(iter([b"<sst>", piece, b"</sst>"]))


def _parsed(pieces: Iterator[bytes]) -> pa.StringArray:
    """Element by element; of a text with several formats its parts together, without what says how it is spoken."""
    texts: list[str] = []
    parts: list[str] = []
    within: set[str] = set()
    size = 0

    def start(name: str, _: dict[str, str]) -> None:
        within.add(local_name(name))

    def end(name: str) -> None:
        within.discard(local_name(name))
        if local_name(name) == "si":
            texts.append("".join(parts))
            parts.clear()

    def characters(text: str) -> None:
        nonlocal size
        if "t" in within and "rPh" not in within:
            parts.append(text)
            size += len(text)
            if size > _MOST_BYTES:
                raise ValueError("more text than is read")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    refuse_declarations(parser)
    for piece in pieces:
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return unescaped(pa.array(texts, pa.string()))
