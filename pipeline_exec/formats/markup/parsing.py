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
from pipeline_exec.formats.markup.template import Template
from pipeline_exec.model.encoding import codec_name

#: Bytes parsed at a time.
_PIECE: Final = 1 << 18
#: How often records told of at once are looked for in a piece, and how many pieces are left out where none are found.
_TRIED: Final = 32
_MOST_LEFT_OUT: Final = 16
#: Everything but what ends lines becomes a space.
_BLANK: Final = bytes(each if each in b"\r\n" else 0x20 for each in range(256))
#: Of a character in UTF-8, all bytes but the first: columns are counted in characters.
_FURTHER_BYTES: Final = bytes(range(0x80, 0xC0))
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
#: In these a declaration cannot be read as it stands.
_WIDE: Final = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_HEAD_BYTES: Final = 4096
#: A declaration behind space, where none may be.
_LATE_DECLARATION: Final = re.compile(rb"[ \t\r\n]+<\?xml\s[^>]{0,200}\?>")


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

    def template(self) -> Template | None:
        """What records look like that may be told of at once; None when that is not known."""

    def is_between_records(self) -> bool:
        """Whether such records may begin here."""

    def run(self, data: bytes, at: int) -> int:
        """Records that match the template may begin here; where those that were taken end.

        That is here when none was; then, and behind them, records are told of one by one.
        """


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
    if codec in _WIDE and not given and not begins:
        # Programs that write text into a file of UTF-8 often declare what the text was in memory.
        return "utf-8"
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
    feeder = _Feeder(encoding, events)
    with open_utf8(path, encoding) as file:
        piece = _without_late_declaration(file.read(_PIECE))
        while piece:
            feeder.feed(piece)
            events.pause(len(piece))
            yield
            piece = file.read(_PIECE)
        feeder.finish()


def _without_late_declaration(piece: bytes) -> bytes:
    """The beginning of a document; a declaration behind space, where none may be, is space, too."""
    late = _LATE_DECLARATION.match(piece)
    return late[0].translate(_BLANK) + piece[late.end() :] if late else piece


class _Feeder:
    """Feeds a parser, and keeps from it the records that are told of at once."""

    def __init__(self, encoding: str, events: Events) -> None:
        self._encoding = encoding
        self._events = events
        self._fed = 0
        self._is_in_cdata = False
        self._left_out = 0
        """How many pieces are not looked at for records that can be told of at once."""
        self._patience = 1
        # The text is decoded before the parser sees it, so what the file declares does not count any more.
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = parser.buffer_text = True
        parser.buffer_size = _PIECE
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.StartElementHandler = events.start
        parser.CharacterDataHandler = events.text
        parser.EndElementHandler = events.end
        parser.StartCdataSectionHandler = lambda: self._set_in_cdata(True)
        parser.EndCdataSectionHandler = lambda: self._set_in_cdata(False)

    def feed(self, piece: bytes) -> None:
        """Parse a piece of the document."""
        template = None
        if self._left_out:
            self._left_out -= 1
        else:
            template = self._events.template()
        self._parse(piece[self._tell_runs(piece, template) if template else 0 :])
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
            raise ParsingFailure(
                f"The XML file has a tag or comment of more than {_LONGEST_TAG:,} bytes at line "
                f"{self._parser.CurrentLineNumber:,}.",
                "Check whether it is closed there.",
            )

    def finish(self) -> None:
        """There is no more."""
        self._parse(b"", is_final=True)

    def _tell_runs(self, piece: bytes, template: Template) -> int:
        """How far into a piece of the document it was parsed, with runs of records told of at once."""
        at = told = 0
        for _ in range(_TRIED):
            start = template.opening(piece, at)
            if start < 0:
                break
            self._parse(piece[at:start])
            at = start
            end = self._events.run(piece, at) if self._is_between_records() else at
            # The parser is given as many spaces and lines, so that the places it names are right.
            self._parse(piece[at:end].translate(_BLANK, _FURTHER_BYTES))
            told += end - at
            at = end
            following = template.opening(piece, at + 1)
            if following < 0:
                break
            self._parse(piece[at:following])
            at = following
        self._patience = 1 if told * 2 > len(piece) else min(2 * self._patience, _MOST_LEFT_OUT)
        self._left_out = self._patience - 1
        return at

    def _is_between_records(self) -> bool:
        is_at_end = self._parser.CurrentByteIndex == self._fed
        return is_at_end and not self._is_in_cdata and self._events.is_between_records()

    def _parse(self, piece: bytes, *, is_final: bool = False) -> None:
        try:
            self._parser.Parse(piece, is_final)
        except expat.ExpatError as error:
            raise _invalid(error, self._encoding) from None
        self._fed += len(piece)

    def _set_in_cdata(self, is_in_cdata: bool) -> None:
        self._is_in_cdata = is_in_cdata


def _refuse_document_type(name: str, *_: object) -> NoReturn:
    raise ParsingFailure(
        f'The XML file declares a document type ("<!DOCTYPE {name[:60]}"), by which entities and other files come in.',
        "Remove the declaration: XML is read without it.",
    )


def _invalid(error: expat.ExpatError, encoding: str) -> ParsingFailure:
    reason = expat.ErrorString(error.code)
    if reason == expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        return ParsingFailure(
            f"The XML file goes on behind the end of its first element, at line {error.lineno:,}.",
            "Put one element around all others.",
        )
    return ParsingFailure(
        f"The file is not well-formed XML: {reason} at line {error.lineno:,}, column {error.offset + 1:,}.",
        f"Correct it there, or set read_options.encoding where it is not in {encoding}.",
    )
