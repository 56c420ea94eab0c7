"""Workbooks in OpenDocument (OASIS ODF 1.3, part 3, section 9): ``.ods``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Final

import numpy as np
import pyarrow as pa

from pipeline_exec.dataplane.text import empty_as_null
from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.workbook.failures import protected
from pipeline_exec.formats.workbook.opendocument.row_parse import DocumentRow, DocumentRows
from pipeline_exec.formats.workbook.package.archive import Package, opened
from pipeline_exec.formats.workbook.package.xml import element, elements
from pipeline_exec.formats.workbook.sheets.blocks import Block
from pipeline_exec.formats.workbook.sheets.book import SheetEntry
from pipeline_exec.formats.workbook.sheets.sheet import Sheet
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import NumbersRead

_CHUNK: Final = 1 << 20
_LONGEST_TAG: Final = 4_096
_TABLE: Final = re.compile(rb"<table:table(?:\s[^<>]*)?>")
_CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
#: Cells made into columns at a time.
_CELLS: Final = 100_000
#: Cells that a file may say are there without writing them: rows and cells can be repeated in a few bytes.
_MOST_REPEATED: Final = 20_000_000


@contextmanager
def open_document_book(path: Path, numbers: NumbersRead, limits: ReadLimits) -> Iterator[OpenDocumentBook]:
    """A workbook, until the block ends.

    Raises:
        ParsingFailure: it cannot be read.
    """
    with opened(path, _CONTENT, "ods", limits) as package:
        if _is_encrypted(package):
            raise protected()
        yield OpenDocumentBook(package, numbers, limits.max_cell_length)


@dataclass(frozen=True)
class OpenDocumentBook:
    """Keeps the promises of ``Book``. A sheet is read row by row; the texts it shows are in the file."""

    package: Package
    numbers: NumbersRead
    longest: int

    @cached_property
    def sheets(self) -> Sequence[SheetEntry]:
        """The tables of the document in their order."""
        hidden: set[str] = set()
        style = ""
        with self.package.part(_CONTENT) as part:
            for name, attributes in elements(part):
                if name == "style":
                    style = attributes.get("name", "")
                elif name == "table-properties" and attributes.get("display") == "false":
                    hidden.add(style)
                elif name == "table":
                    break
        with self.package.part(_CONTENT) as part:
            tables = [element(tag) for tag in _tables(part)]
        return [SheetEntry(table.get("name", ""), table.get("style-name") in hidden) for table in tables]

    def load(self, entry: SheetEntry) -> Sheet:
        """As ``Book.load``."""
        with self.package.part(_CONTENT) as part:
            rows = DocumentRows(part, self.sheets.index(entry), self.numbers, self.longest)
            return Sheet.of(entry.name, _blocks(rows), rows.merged)


def _blocks(rows: Iterable[DocumentRow]) -> Iterator[Block]:
    numbers: list[int] = []
    columns: list[int] = []
    texts: list[str] = []
    repeated = 0
    for row in rows:
        repeated += (row.count - 1) * len(row.cells)
        if repeated > _MOST_REPEATED:
            raise ParsingFailure(
                f"The workbook repeats rows more than a sheet can be meant to: beyond {_MOST_REPEATED:,} cells.",
                "Save it as .xlsx or CSV, and send it again.",
            )
        for number in range(row.number, row.number + row.count):
            numbers += [number] * len(row.cells)
            columns += row.cells
            texts += row.cells.values()
            if len(numbers) > _CELLS:
                yield _block(numbers, columns, texts)
                numbers, columns, texts = [], [], []
    yield _block(numbers, columns, texts)


def _block(numbers: list[int], columns: list[int], texts: list[str]) -> Block:
    cells = empty_as_null(pa.array(texts, pa.string()))
    return Block.of(np.array(numbers, np.int64), np.array(columns, np.int64), cells)


def _tables(part: IO[bytes]) -> Iterator[bytes]:
    """The tags with which tables begin."""
    rest = b""
    while chunk := part.read(_CHUNK):
        rest += chunk
        end = 0
        for match in _TABLE.finditer(rest):
            yield match[0]
            end = match.end()
        # A tag may begin in one chunk and end in the next.
        rest = rest[max(end, len(rest) - _LONGEST_TAG) :]


def _is_encrypted(package: Package) -> bool:
    if _MANIFEST not in package:
        return False
    with package.part(_MANIFEST) as part:
        return any(name == "encryption-data" for name, _ in elements(part))
