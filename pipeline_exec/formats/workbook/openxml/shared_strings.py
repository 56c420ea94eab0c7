"""The texts that the cells of a workbook share (ECMA-376 part 1, 18.4.9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Final
from xml.parsers import expat

import pyarrow as pa

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.workbook.openxml.cell_scan import scan_strings
from pipeline_exec.formats.workbook.package.entities import unescaped
from pipeline_exec.formats.workbook.package.list_xml import ListXml
from pipeline_exec.formats.workbook.package.spelling import Unusual
from pipeline_exec.formats.workbook.package.xml import local_name, refuse_declarations

#: All of them are held in memory, for a cell may want any.
_MOST_BYTES: Final = 1 << 30


def read_strings(part: IO[bytes]) -> pa.StringArray:
    """All shared texts in the order in which cells count them.

    Raises:
        expat.ExpatError, ValueError: the part is damaged.
        ParsingFailure: they do not fit into memory.
    """
    found = [pa.array([], pa.string())]
    size = 0
    for texts in _strings(ListXml(part, b"sst", b"si")):
        found.append(texts)
        size += texts.nbytes
        if size > _MOST_BYTES:
            raise ParsingFailure(
                "The cells of the workbook share more than 1 GB of texts.", "Split it, or save it as CSV."
            )
    return pa.concat_arrays(found)


def _strings(xml: ListXml) -> Iterator[pa.StringArray]:
    try:
        for piece in xml.pieces():
            try:
                yield xml.scanned(piece, scan_strings)
            except Unusual:
                yield _parsed([b"<sst>", piece, b"</sst>"])
    except Unusual:
        yield _parsed(xml.rest())


def _parsed(pieces: Iterable[bytes]) -> pa.StringArray:
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
