"""The pages of a Parquet file: what their headers claim is held against what may be, before room is made for it.

The library makes room for as many values as a header says (pyarrow 26): a file of 5 KB can take gigabytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final, NoReturn, cast

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.columnar.thrift import Malformed, Struct, struct_at

_MAGIC: Final = b"PAR1"
#: Of one page: bytes unpacked, and values. Writers end pages at about a megabyte.
_LARGEST_PAGE: Final = 256 * 1024**2
_MOST_VALUES: Final = 16_000_000
#: Of the footer, which is read in Python: that of a file of some 500,000 columns in all groups of rows.
_LARGEST_FOOTER: Final = 32 * 1024**2
#: Bytes of a header as a rule, and with the longest statistics.
_HEADER_BYTES: Final = (1024, 4 * 1024**2)

# The numbers of the fields: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
_ROW_GROUPS, _ENCRYPTION, _COLUMNS, _META_DATA = 4, 8, 1, 3
_VALUES, _PACKED_SIZE, _DATA_PAGE, _DICTIONARY_PAGE = 5, 7, 9, 11
_PAGE_UNPACKED, _PAGE_PACKED, _PAGE_KINDS, _PAGE_DICTIONARY, _PAGE_VALUES = 2, 3, (5, 7, 8), 7, 1

_UNREADABLE: Final = (Malformed, LookupError, TypeError, ValueError, OSError)


def check_pages(path: Path) -> None:
    """Refuse a file whose pages claim to hold more than pages do.

    A footer that is damaged or encrypted is left to the library.

    Raises:
        ParsingFailure: a page is too large, or its header says what cannot be true.
    """
    with path.open("rb") as file:
        try:
            chunks = _chunks(file)
        except _UNREADABLE:
            return
        for chunk in chunks:
            try:
                _check_chunk(file, chunk)
            except _UNREADABLE:
                _refuse("a page whose header is damaged")


def _chunks(file: BinaryIO) -> list[Struct]:
    file.seek(-8, 2)
    size, magic = int.from_bytes(file.read(4), "little"), file.read(4)
    if magic != _MAGIC:
        return []
    if size > _LARGEST_FOOTER:
        _refuse(f"a footer of {size:,} bytes")
    file.seek(-8 - size, 2)
    footer, _ = struct_at(file.read(size), 0)
    if _ENCRYPTION in footer:
        return []
    groups = cast("list[Struct]", footer[_ROW_GROUPS])
    columns = [column for group in groups for column in cast("list[Struct]", group[_COLUMNS])]
    return [cast("Struct", column[_META_DATA]) for column in columns]


def _check_chunk(file: BinaryIO, chunk: Struct) -> None:
    if not chunk[_VALUES]:
        return
    first = cast("int", chunk[_DATA_PAGE])
    at = min(first, cast("int", chunk.get(_DICTIONARY_PAGE)) or first)
    end = at + cast("int", chunk[_PACKED_SIZE])
    while at < end:
        header, size = _header(file, at)
        _check_page(header)
        at += size
        packed = cast("int", header[_PAGE_PACKED])
        if not 0 <= packed <= end - at:
            raise Malformed
        at += packed


def _header(file: BinaryIO, at: int) -> tuple[Struct, int]:
    for size in _HEADER_BYTES:
        file.seek(at)
        data = file.read(size)
        try:
            return struct_at(data, 0)
        except Malformed:
            if len(data) < size:
                raise
    raise Malformed


def _check_page(header: Struct) -> None:
    unpacked = cast("int", header[_PAGE_UNPACKED])
    if unpacked > _LARGEST_PAGE:
        _refuse(f"a page of {unpacked:,} bytes")
    for kind in _PAGE_KINDS:
        if kind in header:
            values = cast("int", cast("Struct", header[kind])[_PAGE_VALUES])
            if not 0 <= values <= (unpacked if kind == _PAGE_DICTIONARY else _MOST_VALUES):
                _refuse(f"a page that claims {values:,} values")


def _refuse(what: str) -> NoReturn:
    raise ParsingFailure(f"The Parquet file has {what}.", "Write it with pages and groups of rows of the usual size.")
