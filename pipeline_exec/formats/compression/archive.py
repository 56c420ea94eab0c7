"""ZIP archives: the files in them, under names that are safe to show, and their bytes."""

from __future__ import annotations

import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.compression.codecs import CHUNK_BYTES

#: Each becomes an execution, all of them in one transaction.
MAX_MEMBERS: Final = 1_000
#: The list of what is in an archive is held in memory, at some twelve times its size.
MAX_DIRECTORY_BYTES: Final = 16 * 1024**2
#: A name is for showing; the longest that file systems take is 255 bytes a part.
_MAX_NAME: Final = 500

_ENCRYPTED: Final = 0x1
#: What operating systems add to folders that people pack.
_LITTER: Final = re.compile(r"(?:^|/)(?:__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_UNSHOWABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

#: The methods of packing that ``zipfile`` reads.
_METHODS: Final = frozenset({ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA})
#: What ``zipfile`` and the codecs it uses raise over bytes that are not as they should be: where a directory ends short
#: (``struct.error``), a size or place makes no sense (``ValueError``, ``OverflowError``, ``OSError``), or a file
#: that says nothing of it turns out to be encrypted or of a kind of ZIP that nobody writes (``RuntimeError``).
DAMAGE: Final = (
    *(BadZipFile, RuntimeError),
    *(zlib.error, lzma.LZMAError),
    *(EOFError, OSError, ValueError, OverflowError, struct.error),
)


@dataclass(frozen=True)
class Entry:
    """One file of an archive."""

    name: str
    """Unique in the archive, ``/`` between folders; none of its parts leads up or to a place of its own."""
    info: ZipInfo


def check_directory(path: Path, name: str) -> None:
    """Return if the list of what is in an archive, where there is one, fits into memory.

    Raises:
        ParsingFailure: it does not.
    """
    with path.open("rb") as file:
        # Private, and exactly what ZipFile goes by: whatever we found ourselves, it might find something else.
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # noqa: SLF001  # see above
    if end is not None and end[zipfile._ECD_SIZE] > MAX_DIRECTORY_BYTES:  # type: ignore[attr-defined]  # noqa: SLF001  # as above
        raise ParsingFailure(f"{name} lists more files than an archive may hold.", "Send several archives.")


@contextmanager
def opened(path: Path, name: str) -> Iterator[ZipFile]:
    """An archive, until the block ends.

    Raises:
        ParsingFailure: it is damaged, or what it lists does not fit into memory.
    """
    try:
        check_directory(path, name)
        archive = ZipFile(path)
    except DAMAGE as error:
        raise ParsingFailure(f"{name} is a damaged ZIP archive.", "Pack and send it again.") from error
    with archive:
        yield archive


def entries(archive: ZipFile, name: str) -> list[Entry]:
    """The files of an archive in its order; folders and what operating systems add are left out.

    Raises:
        ParsingFailure: there are more than are taken.
    """
    files = [info for info in archive.infolist() if not _is_passed_over(info)]
    if len(files) > MAX_MEMBERS:
        raise ParsingFailure(
            f"{name} holds {len(files):,} files; an archive may hold {MAX_MEMBERS:,}.", "Send several archives."
        )
    taken: set[str] = set()
    return [Entry(_once(_shown(info.filename), taken), info) for info in files]


def content(archive: ZipFile, entry: Entry) -> Iterator[bytes]:
    """The bytes of a file of an archive, a chunk at a time.

    Raises:
        ParsingFailure: now or while iterating; it is encrypted, damaged, a link, or packed in a way that is not read.
    """
    if entry.info.flag_bits & _ENCRYPTED:
        raise ParsingFailure(f"{entry.name} is encrypted.", "Pack it without a password.")
    if stat.S_ISLNK(entry.info.external_attr >> 16):
        raise ParsingFailure(f"{entry.name} is a link to another file.", "Pack the file itself.")
    if entry.info.compress_type not in _METHODS:
        raise ParsingFailure(f"{entry.name} is packed by a method that is not read.", "Pack it by deflate.")
    try:
        with archive.open(entry.info) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except DAMAGE as error:
        raise ParsingFailure(
            f"{entry.name} is damaged: its bytes are not those that were packed.", "Pack and send it again."
        ) from error


def _is_passed_over(info: ZipInfo) -> bool:
    path = info.filename.replace("\\", "/")
    return path.endswith("/") or _LITTER.search(path) is not None


def _shown(name: str) -> str:
    parts = [_UNSHOWABLE.sub("_", part) for part in re.split(r"[\\/]+", name)]
    safe = [part for part in parts if part not in ("", ".", "..") and not re.fullmatch(r"[A-Za-z]:", part)]
    return "/".join(safe)[-_MAX_NAME:].lstrip("/") or "file"


def _once(name: str, taken: set[str]) -> str:
    """The name, with a number before its extension where another file has it already."""
    stem, dot, extension = name.rpartition(".")
    fresh = name
    numbers = count(2)
    while fresh in taken:
        fresh = f"{stem} ({next(numbers)}){dot}{extension}" if stem else f"{name} ({next(numbers)})"
    taken.add(fresh)
    return fresh
