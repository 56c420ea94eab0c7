"""Unpacking: a file as its readers want it, plain and under a path, whatever it was compressed with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final
from zipfile import ZipFile

import pyarrow as pa

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.compression import archive
from pipeline_exec.formats.compression.archive import Entry
from pipeline_exec.formats.compression.budget import Budget
from pipeline_exec.formats.compression.codecs import CHUNK_BYTES, codec_of, decompressed, plain_name
from pipeline_exec.formats.compression.scratch import ScratchFile
from pipeline_exec.formats.signatures import HEAD_BYTES, is_zip
from pipeline_exec.formats.sniff import is_archive
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Member

AUTO, NONE, ZIP = "auto", "none", "zip"

#: Names of other files of an archive that are told.
_TOLD: Final = 100


@dataclass(frozen=True)
class Plain:
    """A file that is not compressed, or is no longer."""

    path: Path
    name: str
    """As its sender would call it: without the ending that says how it was compressed."""
    dialect: dict[str, object] = field(default_factory=dict)
    """How it was compressed, if it was."""
    others: tuple[str, ...] = ()
    """The other files of its archive."""
    scratch: ScratchFile | None = None

    def holding(self, rows: Rows) -> Rows:
        """The same rows; the file stays there until nobody has them any more."""
        return rows if self.scratch is None else Rows(rows.schema, _Holding(rows.batches, self.scratch))


def unpacked(path: Path, name: str, compression: str, limits: ReadLimits, scratch: Path | None) -> Plain:
    """A file, decompressed where it is compressed; of an archive its first file.

    Args:
        path: The file.
        name: What its sender calls it.
        compression: As ``ReadOptions.compression``.
        limits: Kept while it is decompressed.
        scratch: The folder to put it into.

    Raises:
        ParsingFailure: it is damaged, encrypted, beyond a limit, or not compressed as it should be.
        SourceDataEmpty: it is an archive without a file.
    """
    kind = _kind(path, name, compression)
    if kind is None:
        return Plain(path, name)
    if kind == ZIP:
        return _first_of_archive(path, name, limits, scratch)
    with path.open("rb") as file:
        chunks = decompressed(kind, iter(partial(file.read, CHUNK_BYTES), b""), name)
        packed = Budget(name, path.stat().st_size, limits)
        return _not_again(Plain(path, plain_name(kind, name), {"compression": kind}), packed.of(chunks), scratch)


def members(path: Path, compression: str, limits: ReadLimits) -> Iterator[Member]:
    """As ``ports.Formats.members``."""
    name = "The archive"
    try:
        if _kind(path, name, compression) != ZIP:
            return
        with archive.opened(path, name) as opened:
            whole = Budget(name, path.stat().st_size, limits)
            for entry in archive.entries(opened, name):
                yield Member(entry.name, partial(_copy, opened, entry, whole, limits))
    except ParsingFailure:
        # Who reads it is told.
        return


def _kind(path: Path, name: str, compression: str) -> str | None:
    """``gzip``, ``zstd``, ``zip``, or None for what is taken as it is."""
    if compression == NONE:
        return None
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if compression == AUTO:
        return codec_of(head) or (ZIP if is_archive(path) else None)
    found = ZIP if is_zip(head) else codec_of(head)
    if found != compression:
        what = f"is compressed with {found}" if found else "is not compressed"
        raise ParsingFailure(
            f"{name} {what}; read_options.compression says {compression}.", "Correct it, or leave it to be detected."
        )
    return found


def _first_of_archive(path: Path, name: str, limits: ReadLimits, scratch: Path | None) -> Plain:
    with archive.opened(path, name) as opened:
        entries = archive.entries(opened, name)
        if not entries:
            raise SourceDataEmpty(f"The archive {name} holds no file.", "Pack the files to be executed.")
        first, names = entries[0], tuple(other.name for other in entries[1:])
        dialect: dict[str, object] = {"compression": ZIP, "member": first.name}
        if names:
            dialect["other_members"] = list(names[:_TOLD])
        plain = Plain(path, first.name, dialect, names)
        head, chunks = _peeked(archive.content(opened, first))
        codec = codec_of(head)
        if codec is not None:
            chunks = decompressed(codec, chunks, first.name)
            plain = Plain(path, plain_name(codec, first.name), {**dialect, "compression": f"{ZIP}, {codec}"}, names)
        return _not_again(plain, Budget(first.name, first.info.compress_size, limits).of(chunks), scratch)


def _not_again(plain: Plain, chunks: Iterable[bytes], scratch: Path | None) -> Plain:
    """The plain file with these bytes.

    Raises:
        ParsingFailure: they are compressed once more.
    """
    file = ScratchFile(scratch)
    file.write(chunks)
    with file.path.open("rb") as written:
        codec = codec_of(written.read(HEAD_BYTES))
    if codec is not None or is_archive(file.path):
        file.remove()
        what = f"compressed with {codec}" if codec else "a ZIP archive"
        raise ParsingFailure(
            f"{plain.name} is {what} and packed once more around that.", "Send what is packed inside by itself."
        )
    return Plain(file.path, plain.name, plain.dialect, plain.others, file)


def _copy(opened: ZipFile, entry: Entry, whole: Budget, limits: ReadLimits, into: BinaryIO) -> None:
    packed = Budget(entry.name, entry.info.compress_size, limits)
    for chunk in whole.of(packed.of(archive.content(opened, entry))):
        into.write(chunk)


def _peeked(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    first = next(chunks, b"")
    return first, chain([first] if first else [], chunks)


@dataclass(frozen=True)
class _Holding:
    """Batches, and the file they come from."""

    batches: Iterable[pa.RecordBatch]
    scratch: ScratchFile

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        yield from self.batches
