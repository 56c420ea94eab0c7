"""The text of a file as a stream, whatever its encoding."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, cast

from pipeline_exec.errors import ParsingFailure

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Bytes read, decoded and handed on at a time.
CHUNK: Final = 1 << 20
#: Bytes of a piece of text that is looked at while it is in the processor's caches.
_PIECE: Final = 1 << 18


def text(path: Path, encoding: str, errors: Literal["strict", "replace"] = "strict") -> Iterator[str]:
    """The file's text piece by piece, without its byte order mark.

    Args:
        path: The file.
        encoding: That of the text.
        errors: What becomes of bytes that mean nothing in it: ``strict`` fails, ``replace`` makes U+FFFD of them.

    Raises:
        ParsingFailure: while iterating, at bytes that mean nothing in this encoding; it names the line.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    line, start = 1, True
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                piece = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                raise _undecodable(error, encoding, line) from None
            line += piece.count("\n")
            if start and piece:
                piece, start = piece.removeprefix("\ufeff"), False
            if piece:
                yield piece
            if not chunk:
                return


def open_utf8(path: Path, encoding: str) -> BinaryIO:
    """The file's text as UTF-8 bytes, without its byte order mark. Reading raises as ``text`` does."""
    if encoding != "utf-8":
        return as_utf8(text(path, encoding))
    file = path.open("rb", buffering=0)
    if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)
    return cast("BinaryIO", file)


def utf8_pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """What ``open_utf8`` reads, piece by piece."""
    with open_utf8(path, encoding) as file:
        yield from iter(partial(file.read, _PIECE), b"")


def as_utf8(pieces: Iterator[str]) -> BinaryIO:
    """Pieces of text as UTF-8 bytes."""
    return cast("BinaryIO", io.BufferedReader(_Utf8(pieces), CHUNK))


class _Utf8(io.RawIOBase):
    """Pieces of text, read as UTF-8."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, "").encode())
        into = memoryview(buffer)
        taken = min(len(into), len(self._rest))
        into[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken


def _undecodable(error: UnicodeError, encoding: str, line: int) -> ParsingFailure:
    if isinstance(error, UnicodeDecodeError):
        line += error.object[: error.start].decode(encoding, "replace").count("\n")
    return ParsingFailure(
        f"The bytes near line {line:,} mean nothing in the encoding {encoding}.",
        "Set read_options.encoding to the right one, or save the file as UTF-8.",
    )
