"""Compressed streams: gzip and zstd, each decompressed a chunk at a time whatever it claims of itself."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import pyarrow as pa

from pipeline_exec.errors import ParsingFailure

#: Bytes that come out at once.
CHUNK_BYTES: Final = 1 << 20

#: How names end that say no more than which codec was used.
_SUFFIXES: Final = {"gzip": (".gz", ".gzip"), "zstd": (".zst", ".zstd")}


def codec_of(head: bytes) -> str | None:
    """The codec of a stream that begins so: ``gzip`` or ``zstd``; None when it is neither.

    A zstd stream may begin with a frame that is to be skipped (RFC 8878, 3.1.2).
    """
    if head.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    is_skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 0x5
    return "zstd" if is_skippable or head.startswith(b"\x28\xb5\x2f\xfd") else None


def decompressed(codec: str, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """What a stream holds; several gzip members or zstd frames one after the other are one stream.

    Args:
        codec: As ``codec_of`` says.
        chunks: The stream.
        name: What it is called, for errors.

    Raises:
        ParsingFailure: while iterating; it is damaged or ends too early.
    """
    return _CODECS[codec](chunks, name)


def plain_name(codec: str, name: str) -> str:
    """What a file is called once it is decompressed."""
    suffix = next((end for end in _SUFFIXES[codec] if name.lower().endswith(end)), "")
    return name[: len(name) - len(suffix)] or name


def _gunzip(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    member = _gzip_member()
    for chunk in chunks:
        waiting, is_full = chunk, False
        while waiting or is_full:
            if member.eof:
                # Tapes and some senders fill up with zeros behind the last member.
                waiting = waiting.lstrip(b"\0")
                if not waiting:
                    break
                member = _gzip_member()
            try:
                out = member.decompress(waiting, CHUNK_BYTES)
            except zlib.error as error:
                raise _damaged(name, "gzip") from error
            if out:
                yield out
            waiting = member.unused_data if member.eof else member.unconsumed_tail
            is_full = len(out) == CHUNK_BYTES and not member.eof
    if not member.eof:
        raise _cut(name)


def _gzip_member() -> zlib._Decompress:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _unzstd(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    stream = pa.CompressedInputStream(pa.PythonFile(_Readable(chunks), mode="r"), "zstd")
    try:
        while out := stream.read(CHUNK_BYTES):
            yield out
    except OSError as error:
        raise (_cut(name) if "runcated" in str(error) else _damaged(name, "zstd")) from error


class _Readable:
    """Chunks as the file that Arrow wants."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = b""
        self.closed = False

    def read(self, count: int) -> bytes:
        while not self._left:
            following = next(self._chunks, None)
            if following is None:
                return b""
            self._left = following
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def close(self) -> None:
        self.closed = True


_CODECS: Final[Mapping[str, Callable[[Iterable[bytes], str], Iterator[bytes]]]] = {"gzip": _gunzip, "zstd": _unzstd}


def _damaged(name: str, codec: str) -> ParsingFailure:
    return ParsingFailure(f"{name} is damaged: what {codec} compressed cannot be decompressed.", "Send it again.")


def _cut(name: str) -> ParsingFailure:
    return ParsingFailure(f"{name} is damaged: it ends before all that was compressed is there.", "Send it again.")
