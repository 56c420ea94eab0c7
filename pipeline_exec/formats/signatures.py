"""Files known by their first bytes."""

from __future__ import annotations

import re
from typing import Final

#: How many bytes at the start of a file are enough to know it.
HEAD_BYTES: Final = 4096

#: How a file within an archive begins, and how an archive ends, which is all there is of an empty one.
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The name of the stream that holds an encrypted workbook ([MS-OFFCRYPTO] 2.3.4.1), as OLE stores names.
ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")

#: First bytes, and what the file is. Public registries of these: the IANA media types and each format's specification.
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
    *((first, "a ZIP archive") for first in _ZIP),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "an executable (ELF)"),
    (b"\xca\xfe\xba\xbe", "an executable (Java class or Mach-O)"),
    (b"\xcf\xfa\xed\xfe", "an executable (Mach-O)"),
    (b"PAR1\x15", "a Parquet file"),
    (b"PARE\x15", "an encrypted Parquet file"),
    (b"Obj\x01", "an Avro file"),
    (b"ARROW1\x00\x00", "an Arrow file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (_OLE, "an Office file of before 2007 (such as .xls) or one that is protected by a password"),
)

_XML: Final = "an XML document"
_XML_WORKBOOK: Final = "a workbook in the XML of Excel 2003"

#: Files that take more than their first bytes.
_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), name)
    for pattern, name in (
        (rb"RIFF.{4}(?:WEBP|WAVE|AVI )", "a RIFF file (WebP, WAV or AVI)"),
        (rb"BZh[1-9]1AY&SY", "compressed with bzip2"),
        (rb"MZ[^\0]{0,200}\0", "an executable (Windows)"),
        (rb".{257}ustar", "a tar archive"),
        (rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b", "a web page (HTML)"),
        (
            rb"(?:\xef\xbb\xbf)?\s*<\?xml\b.{0,3000}[\"']urn:schemas-microsoft-com:office:spreadsheet[\"']",
            _XML_WORKBOOK,
        ),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*>\s*<office:document\s", "an OpenDocument file in one piece (.fods)"),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml\b", _XML),
    )
)


def name_of(head: bytes) -> str | None:
    """What a file is, in words that follow "is"; None when its first bytes are of no known file.

    Args:
        head: The first ``HEAD_BYTES`` bytes, or all there are.
    """
    known = (name for first, name in _SIGNATURES if head.startswith(first))
    return next(known, None) or next((name for pattern, name in _PATTERNS if pattern.match(head)), None)


def is_packed(head: bytes) -> bool:
    """Whether the bytes begin something that holds other files, or was compressed."""
    what = name_of(head) or ""
    return what.endswith("archive") or what.startswith("compressed")


def is_xml_workbook(head: bytes) -> bool:
    """Whether the bytes begin a workbook as Excel 2003 wrote it in XML."""
    return name_of(head) == _XML_WORKBOOK


def is_xml(head: bytes) -> bool:
    """Whether the bytes begin an XML document that says so."""
    return name_of(head) == _XML


def is_parquet(head: bytes) -> bool:
    """Whether the bytes begin a Parquet file, encrypted or not."""
    return head.startswith((b"PAR1\x15", b"PARE\x15"))


def is_zip(head: bytes) -> bool:
    """Whether the bytes begin a ZIP archive, an empty one too."""
    return head.startswith(_ZIP)


def is_ole(head: bytes) -> bool:
    """Whether the bytes begin an OLE compound file, the container of Office before 2007 and of encrypted workbooks."""
    return head.startswith(_OLE)
