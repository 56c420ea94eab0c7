"""A workbook's ZIP archive, looked through before anything of it is unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import signatures
from pipeline_exec.formats.compression.archive import check_directory
from pipeline_exec.formats.limits import UNSUSPICIOUS_BYTES
from pipeline_exec.formats.workbook.failures import damaged, refuse_others, understood
from pipeline_exec.model.limits import ReadLimits


class Package:
    """The parts of a workbook that was found safe to unpack."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = {_key(name): name for name in archive.namelist()}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._names

    def part(self, name: str) -> IO[bytes]:
        """The bytes of a part, unpacked as they are read; never more of them than the archive says.

        Raises:
            KeyError: there is none of this name.
        """
        return self._archive.open(self._names[_key(name)])


@contextmanager
def opened(path: Path, extension: str, limits: ReadLimits) -> Iterator[Package]:
    """A workbook's package.

    Args:
        path: The workbook.
        extension: What their names end in.
        limits: How large they may be unpacked.

    Raises:
        ParsingFailure: it is no archive, is damaged, is protected by a password, or would take too much room unpacked;
            in the block: what is done there raises something that only damage can cause.
    """
    refuse_others(path, extension, signatures.is_zip)
    with understood(), ExitStack() as stack:
        check_directory(path, "The workbook")
        archive = stack.enter_context(ZipFile(path))
        _refuse_bombs(archive, limits)
        yield Package(archive)


def other_archive(extension: str) -> ParsingFailure:
    """The error for an archive in which there is no such workbook."""
    return ParsingFailure(
        f"The file is a ZIP archive, but not an {extension.upper()} workbook.",
        f"Save it as .{extension}, or unpack it.",
    )


def _refuse_bombs(archive: ZipFile, limits: ReadLimits) -> None:
    names = list(map(_key, archive.namelist()))
    if len(set(names)) < len(names):
        raise damaged()
    packed = sum(part.compress_size for part in archive.infolist())
    unpacked = sum(part.file_size for part in archive.infolist())
    most = min(limits.max_unpacked_size, max(UNSUSPICIOUS_BYTES, packed * limits.max_unpack_ratio))
    if unpacked > most:
        times = unpacked // max(1, packed)
        raise ParsingFailure(
            f"The workbook would take {unpacked / 1024**2:,.0f} MB unpacked, {times:,} times its size.",
            "Split it into smaller workbooks, save it as CSV, or raise PIPELINE_EXEC_MAX_UNPACKED_SIZE.",
        )


def _key(name: str) -> str:
    """A part's name for comparing (ECMA-376 part 2, 6.2.2.3); some programs write it as a path of Windows."""
    return name.replace("\\", "/").lstrip("/").lower()
