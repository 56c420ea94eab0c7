"""An XML file as a stream of events, none of which can make the reader hold more than it should."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NoReturn, Protocol
from xml.parsers import expat

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.decoding import open_utf8
from pipeline_exec.model.encoding import codec_name

#: Bytes parsed at a time.
_PIECE: Final = 1 << 18
#: Most bytes of one tag, comment or instruction: as long as its end is missing, the parser begins it anew each time.
_LONGEST_TAG: Final = 8 * 1024**2

#: How a file may begin, and the encoding that means (XML 1.0, appendix F). The first two begin like the next.
_BEGINNINGS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']""")
_HEAD_BYTES: Final = 4096


class Events(Protocol):
    """What is told of a document, in its order."""

    @property
    def text(self) -> Callable[[str], object]:
        """Takes a piece of text."""

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins; of its attributes, names and values take turns."""

    def end(self, name: str) -> None:
        """The element ends."""

    def pause(self, size: int) -> None:
        """So many bytes were told of."""


def encoding_of(path: Path, given: str | None) -> str:
    """The encoding of a file: the one that is set, else by its first bytes, else as it declares, else UTF-8.

    Raises:
        ParsingFailure: Python has none of this name.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    begins = next((encoding for beginning, encoding in _BEGINNINGS if head.startswith(beginning)), None)
    declared = _DECLARED.match(head)
    name = given or begins or (declared[1].decode() if declared else "utf-8")
    codec = codec_name(name)
    if codec is None:
        raise ParsingFailure(
            f'There is no encoding "{name}".', "Correct the XML declaration, or set read_options.encoding."
        )
    return "utf-8" if codec == "utf-8-sig" else codec


def parse(path: Path, encoding: str, events: Events) -> Iterator[None]:
    """Tell the events of a document, piece by piece.

    Document types are refused, and with them entities of the file's own; nothing is ever fetched.

    Raises:
        ParsingFailure: it is not well-formed, or declares a document type; what the events raise comes out, too.
    """
    # The text is decoded before the parser sees it, so what the file declares does not count any more.
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = parser.buffer_text = True
    parser.buffer_size = _PIECE
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = events.start
    parser.CharacterDataHandler = events.text
    parser.EndElementHandler = events.end
    with open_utf8(path, encoding) as file:
        fed = 0
        while True:
            piece = file.read(_PIECE)
            try:
                parser.Parse(piece, not piece)
            except expat.ExpatError as error:
                raise _invalid(error, encoding) from None
            if not piece:
                return
            fed += len(piece)
            events.pause(len(piece))
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise ParsingFailure(
                    f"The XML file has a tag or comment of more than {_LONGEST_TAG:,} bytes at line "
                    f"{parser.CurrentLineNumber:,}.",
                    "Check whether it is closed there.",
                )
            yield


def _refuse_document_type(name: str, *_: object) -> NoReturn:
    raise ParsingFailure(
        f'The XML file declares a document type ("<!DOCTYPE {name[:60]}"), by which entities and other files come in.',
        "Remove the declaration: XML is read without it.",
    )


def _invalid(error: expat.ExpatError, encoding: str) -> ParsingFailure:
    reason = expat.ErrorString(error.code)
    return ParsingFailure(
        f"The file is not well-formed XML: {reason} at line {error.lineno:,}, column {error.offset + 1:,}.",
        f"Correct it there, or set read_options.encoding where it is not in {encoding}.",
    )
