"""A workbook's ZIP archive, looked through before anything of it is unpacked."""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import signatures
from pipeline_exec.formats.limits import MAX_PACKING_RATIO, MAX_UNPACKED_BYTES, UNSUSPICIOUS_BYTES
from pipeline_exec.formats.workbook.xml import elements

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONSHIPS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "xl/sharedStrings.xml"
_CHUNK: Final = 1 << 20

#: What is raised at an archive that is cut off, altered or encrypted, and at XML that is none; NotImplementedError is
#: what zipfile says of a compression it does not know.
_BROKEN: Final = (
    *(BadZipFile, EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error),
    expat.ExpatError,
)


class Package:
    """The parts of a workbook that was found safe to unpack."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def sheet(self, name: str) -> Iterator[IO[bytes]]:
        """The XML of a worksheet.

        Raises:
            ParsingFailure: at the start or in the block: it is not whole, or not as XML is.
        """
        with _understood(), self._archive.open(self._sheets()[name]) as part:
            yield part

    def _sheets(self) -> dict[str, str]:
        """The part that holds each sheet, by the sheet's name."""
        with self._archive.open(_RELATIONSHIPS) as part:
            targets = {
                attributes.get("Id"): attributes.get("Target", "")
                for name, attributes in elements(part)
                if name == "Relationship"
            }
        with self._archive.open(_WORKBOOK) as part:
            return {
                attributes.get("name", ""): _part_of(targets.get(attributes.get("id"), ""))
                for name, attributes in elements(part)
                if name == "sheet"
            }


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """A workbook's package.

    Raises:
        ParsingFailure: it is no workbook, is damaged, is protected by a password, or would take too much room unpacked.
    """
    _refuse_others(path)
    with ExitStack() as stack:
        with _understood():
            archive = stack.enter_context(ZipFile(path))
            _refuse_bombs(archive)
            if _STRINGS in archive.namelist():
                _verify(archive, _STRINGS)
        yield Package(archive)


def damaged() -> ParsingFailure:
    """The error for a workbook that is not whole."""
    return ParsingFailure(
        "The workbook is damaged.", "Open it in a spreadsheet program, save it as .xlsx, and send it again."
    )


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise damaged() from error


def _refuse_others(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(signatures.HEAD_BYTES)
        if signatures.is_ole(head):
            raise _protected_or_old(head + file.read(_CHUNK))
    if not signatures.is_zip(head):
        what = signatures.name_of(head) or "not one"
        raise ParsingFailure(f"The file should be an XLSX workbook, but is {what}.", "Save it as .xlsx.")


def _protected_or_old(beginning: bytes) -> ParsingFailure:
    if signatures.ENCRYPTED_STREAM in beginning:
        return ParsingFailure("The workbook is protected by a password.", "Save it without one, and send it again.")
    return ParsingFailure(
        "The file is a workbook of Excel 97-2003 (.xls), or another Office file of that time.", "Save it as .xlsx."
    )


def _refuse_bombs(archive: ZipFile) -> None:
    names = archive.namelist()
    if _WORKBOOK not in names:
        raise ParsingFailure("The file is a ZIP archive, but not an XLSX workbook.", "Save it as .xlsx, or unpack it.")
    if len(set(names)) < len(names):
        raise damaged()
    packed = sum(part.compress_size for part in archive.infolist())
    unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES or unpacked > max(UNSUSPICIOUS_BYTES, packed * MAX_PACKING_RATIO):
        times = unpacked // max(1, packed)
        raise ParsingFailure(
            f"The workbook would take {unpacked / 1024**2:,.0f} MB unpacked, {times:,} times its size.",
            "Split it into smaller workbooks, or save it as CSV.",
        )


def _verify(archive: ZipFile, name: str) -> None:
    """Unpack a part once without keeping it: zipfile fails where more comes out than the archive says."""
    with archive.open(name) as part:
        while part.read(_CHUNK):
            pass


def _part_of(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
