"""Which format a file is in: by its first bytes, then by its name."""

from __future__ import annotations

import re
import zlib
from lzma import LZMAError
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import signatures
from pipeline_exec.formats.compression.archive import check_directory
from pipeline_exec.formats.encoding import beginning

#: Formats that are text: which one, the first bytes may not tell.
_TEXT_FORMATS: Final = frozenset({"csv", "tsv", "json", "jsonl", "xml"})

#: How objects and arrays of objects begin, and hardly any table does.
_JSON: Final = re.compile(r'\s*(?:\[\s*)*\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}\s*$)|\s*\[\s*\]\s*$')
#: An object that ends on its line, and another below.
_JSON_LINES: Final = re.compile(r"\s*\{[^\n]*\}[ \t\r]*\n\s*\{")
#: How XML begins: with a declaration, comments or instructions, or an element (``<orders>``, ``<a:order id="1"/>``).
_XML: Final = re.compile(r"\s*<(?:\?|!--|[^\W\d][\w:.-]*[\s/>])")
#: What XML has and tables with such names (``<DATE>,<TIME>``) have not.
_XML_ONLY: Final = re.compile(r"\s*<\?xml\s|</|/>|<!--")

_XLSX: Final = "an XLSX workbook"
_ODS: Final = "an OpenDocument spreadsheet"
#: ODF 1.3, part 2, section 3.3; of templates the type is longer.
_MIMETYPE: Final = "mimetype"
_ODS_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"
#: Workbooks that are ZIP archives, and the formats that read them.
_WORKBOOKS: Final = {_XLSX: "xlsx", _ODS: "ods"}

#: Files that are ZIP archives, by a part they have; some programs number them, or write paths of Windows.
_ZIPPED: Final = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/?xl[/\\][Ww]orkbook\d*\.xml", _XLSX),
        (r"/?word[/\\]document\d*\.xml", "a Word document"),
        (r"/?ppt[/\\]presentation\d*\.xml", "a PowerPoint presentation"),
        (r"/?xl[/\\]workbook\d*\.bin", "a binary workbook (.xlsb)"),
        (r"META-INF/manifest\.xml", "an OpenDocument file"),
        (r"META-INF/MANIFEST\.MF", "a Java archive"),
    )
)


def recognise(path: Path, file_name: str, suggested: str | None) -> str:
    """The name of a file's format.

    Args:
        path: The file.
        file_name: What its sender calls it, for errors.
        suggested: The format its name suggests.

    Raises:
        ParsingFailure: it is none that is read; the message says what it is.
    """
    with path.open("rb") as file:
        head = file.read(signatures.HEAD_BYTES)
    # Encrypted workbooks and other Office files are refused where workbooks are read: there it is known what they are.
    if signatures.is_ole(head):
        return "xls"
    what = signatures.name_of(head)
    if signatures.is_zip(head):
        what = _zipped(path)
        workbook = _WORKBOOKS.get(what) or (
            suggested if what == _DAMAGED and suggested in _WORKBOOKS.values() else None
        )
        if workbook is not None:
            return workbook
    if signatures.is_parquet(head):
        return "parquet"
    if what is not None and not signatures.is_xml(head):
        raise ParsingFailure(f"The file {file_name} is {what}.", _remedy(head, what))
    return _text_format(beginning(head), suggested)


def _remedy(head: bytes, what: str) -> str:
    is_document = signatures.is_zip(head) and what not in {_ARCHIVE, _DAMAGED}
    if signatures.is_packed(head) and not is_document:
        return "Send what is in it by itself, or pack it as ZIP, or with gzip or zstd."
    if signatures.is_xml_workbook(head):
        return "Open it in a spreadsheet program and save it as XLSX."
    return "Send it as CSV, TSV, XLSX, XLS, ODS, JSON, JSON lines, XML or Parquet."


_DAMAGED: Final = "a damaged ZIP archive"
_ARCHIVE: Final = "a ZIP archive"


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive of files, and none of the documents that are ZIP archives themselves.

    Raises:
        ParsingFailure: what it lists does not fit into memory.
    """
    with path.open("rb") as file:
        return signatures.is_zip(file.read(signatures.HEAD_BYTES)) and _zipped(path) == _ARCHIVE


#: What zipfile raises; the last at a newer version of ZIP than it knows, and at a part with a password.
_BROKEN: Final = (BadZipFile, ValueError, OSError, EOFError, zlib.error, LZMAError, RuntimeError)


def _zipped(path: Path) -> str:
    """What a ZIP archive is."""
    try:
        check_directory(path, "The file")
        with ZipFile(path) as archive:
            parts = set(archive.namelist())
            mimetype = archive.open(_MIMETYPE).read(len(_ODS_TYPE)) if _MIMETYPE in parts else b""
    except _BROKEN:
        return _DAMAGED
    if mimetype.startswith(_ODS_TYPE):
        return _ODS
    return next((name for part, name in _ZIPPED if any(map(part.fullmatch, parts))), _ARCHIVE)


def _text_format(head: str, suggested: str | None) -> str:
    if _XML.match(head) and (suggested == "xml" or _XML_ONLY.search(head)):
        return "xml"
    if _JSON_LINES.match(head):
        return "jsonl"
    if _JSON.match(head):
        return "jsonl" if suggested == "jsonl" else "json"
    return suggested if suggested in _TEXT_FORMATS else "csv"
