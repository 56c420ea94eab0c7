"""The elements of an XML part, one after the other."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Final
from xml.parsers import expat

_CHUNK: Final = 1 << 20

Element = tuple[str, dict[str, str]]
"""Name and attributes, without the prefixes of namespaces."""


def elements(part: IO[bytes]) -> Iterator[Element]:
    """Every element as it begins.

    Raises:
        expat.ExpatError: it is not well formed, or declares entities, of which Office has none.
    """
    found: list[Element] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(
        (local_name(name), {local_name(attribute): value for attribute, value in attributes.items()})
    )
    refuse_declarations(parser)
    for chunk in chunks_of(part):
        parser.Parse(chunk, False)
        yield from found
        found.clear()
    parser.Parse(b"", True)


def chunks_of(part: IO[bytes], size: int = _CHUNK) -> Iterator[bytes]:
    """The bytes of a part, so many at a time."""
    while chunk := part.read(size):
        yield chunk


def element(tag: bytes) -> dict[str, str]:
    """The attributes of a tag with which an element begins.

    Raises:
        expat.ExpatError: it is none.
    """
    found: list[Element] = list(elements(io.BytesIO(tag.removesuffix(b"/>").removesuffix(b">") + b"/>")))
    return found[0][1]


def refuse_declarations(parser: expat.XMLParserType) -> None:
    """Have a parser fail where a document type begins, before entities or anything outside are looked at."""
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse


def local_name(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def _refuse(*declaration: object) -> None:
    raise expat.ExpatError(f"declaration {declaration[0]}")
