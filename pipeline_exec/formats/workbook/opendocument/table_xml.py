"""The XML of a table of a document (ODF 1.3 part 3, 9.1.2), some megabytes at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Final

from pipeline_exec.formats.workbook.opendocument.document_cells import DocumentCells
from pipeline_exec.formats.workbook.opendocument.row_parse import RowParser
from pipeline_exec.formats.workbook.opendocument.row_scan import scan
from pipeline_exec.formats.workbook.package.spelling import Unusual

#: Bytes looked at together: enough that what each piece costs is little beside what its cells do.
_CHUNK: Final = 1 << 21
#: Bytes of a row, or of what stands before the tables, that is looked at as a whole.
_LONGEST: Final = 16 << 20

_LONGEST_TAG: Final = 4_096

_TABLE: Final = re.compile(rb"""<table:table(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?>""")
_BEGINS: Final = tuple(b"<table:table" + behind for behind in (b" ", b">", b"\n", b"\t", b"\r"))
_ENDS: Final = b"</table:table>"
_ROW: Final = b"<table:table-row"
_ROOT: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?(<office:document-content\s[^<>]*>)")
_OTHER_ENCODING: Final = re.compile(rb"""encoding=["'](?!utf-8|us-ascii)""", re.IGNORECASE)
#: What may make names mean something else, or hide tags.
_ELSE: Final = (b"<!", b"xmlns")
_SPACES: Final = tuple(
    b'xmlns:%b="urn:oasis:names:tc:opendocument:xmlns:%b:1.0"' % (name, name) for name in (b"office", b"table", b"text")
)


class TableXml:
    """Reads one table of a document."""

    def __init__(self, opened: Callable[[], IO[bytes]], table: int) -> None:
        """Prepare.

        Args:
            opened: Opens the document's content.
            table: Which of its tables, counted from 0.
        """
        self._opened = opened
        self._table = table
        self._row = 0

    def cells(self) -> Iterator[DocumentCells]:
        """All cells in which something may stand, some whole rows at a time.

        Raises:
            ValueError: it is not the content of a spreadsheet.
        """
        try:
            yield from self._scanned()
        except Unusual:
            yield from self._parsed()

    def _scanned(self) -> Iterator[DocumentCells]:
        with self._opened() as part:
            root = _root(part)
        with self._opened() as part:
            rest = _rows(part, self._table)
            while len(rest) <= _LONGEST:
                end = rest.find(_ENDS)
                cut = max(rest.rfind(_ROW), 0) if end < 0 else end
                cells, rows = scan(rest[:cut], self._row, root)
                yield cells
                self._row += rows
                if end >= 0:
                    return
                rest = rest[cut:]
                chunk = part.read(_CHUNK)
                if not chunk:
                    break
                rest += chunk
        raise Unusual

    def _parsed(self) -> Iterator[DocumentCells]:
        """What was not scanned."""
        with self._opened() as part:
            for cells in RowParser(self._table).parse(part):
                yield cells.after(self._row)


def table_tags(part: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The tag with which each table begins, and what was read behind it."""
    rest = b""
    while chunk := part.read(_CHUNK):
        rest += chunk
        end = 0
        # Nearly all tags of a document begin like that of a table, which makes the expression slow.
        if any(begins in rest for begins in _BEGINS):
            for match in _TABLE.finditer(rest):
                end = match.end()
                yield match[0], rest[end:]
        # A tag may begin in one chunk and end in the next.
        rest = rest[max(end, len(rest) - _LONGEST_TAG) :]


def _root(part: IO[bytes]) -> bytes:
    """The tag with which a document begins, if names mean in it what they nearly always do."""
    head = b""
    while (begins := _TABLE.search(head)) is None:
        chunk = part.read(_CHUNK)
        if not chunk or len(head) > _LONGEST:
            raise Unusual
        head += chunk
    root = _ROOT.match(head)
    if root is None or not all(space in root[1] for space in _SPACES):
        raise Unusual
    if _OTHER_ENCODING.search(head[: root.start(1)]) or any(
        each in head[root.end() : begins.start()] for each in _ELSE
    ):
        raise Unusual
    return root[1]


def _rows(part: IO[bytes], table: int) -> bytes:
    """What was read behind the tag of a table."""
    tag, rest = next(islice(table_tags(part), table, None), (b"/>", b""))
    if tag.endswith(b"/>") or b"xmlns" in tag:
        raise Unusual
    return rest
