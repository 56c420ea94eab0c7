"""Workbooks in OpenDocument (OASIS ODF 1.3, part 3, section 9): ``.ods``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.workbook.failures import protected
from pipeline_exec.formats.workbook.opendocument.document_cells import Kind, RepeatedTexts, merged
from pipeline_exec.formats.workbook.opendocument.shown import Shown
from pipeline_exec.formats.workbook.opendocument.table_xml import TableXml, table_tags
from pipeline_exec.formats.workbook.package.archive import Package, opened, other_archive
from pipeline_exec.formats.workbook.package.xml import element, elements
from pipeline_exec.formats.workbook.sheets.blocks import Block
from pipeline_exec.formats.workbook.sheets.book import SheetEntry
from pipeline_exec.formats.workbook.sheets.formulas import UnstoredFormulas
from pipeline_exec.formats.workbook.sheets.merging import Range
from pipeline_exec.formats.workbook.sheets.sheet import Sheet
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import NumbersRead

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
    with opened(path, "ods", limits) as package:
        if _CONTENT not in package:
            raise other_archive("ods")
        if _is_encrypted(package):
            raise protected()
        yield OpenDocumentBook(package, numbers, limits.max_cell_length)


@dataclass(frozen=True)
class OpenDocumentBook:
    """Keeps the promises of ``Book``. No more of a sheet is held in memory than some megabytes."""

    package: Package
    numbers: NumbersRead
    longest: int

    @property
    def sheets(self) -> Iterator[SheetEntry]:
        """The tables of the document in their order. To know them all, all of it has to be unpacked."""
        hidden = self._hidden
        with self.package.part(_CONTENT) as part:
            for number, (tag, _) in enumerate(table_tags(part), start=1):
                table = element(tag)
                yield SheetEntry(number, table.get("name", ""), table.get("style-name") in hidden)

    def load(self, entry: SheetEntry) -> Sheet:
        """As ``Book.load``."""
        xml = TableXml(lambda: self.package.part(_CONTENT), entry.number - 1)
        merges, formulas = list[Range](), UnstoredFormulas()
        return Sheet.of(entry.name, _blocks(xml, Shown(self.numbers, self.longest), merges, formulas), merges, formulas)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """The styles of tables that are hidden."""
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
        return frozenset(hidden)


def _blocks(xml: TableXml, shown: Shown, merges: list[Range], formulas: UnstoredFormulas) -> Iterator[Block]:
    """The rows of a table; its merged cells and its formulas without values are added as they come."""
    repeated = 0
    for cells in xml.cells():
        texts = shown.texts(cells)
        merges += merged(cells, texts)
        filled = RepeatedTexts.of(cells, texts)
        filled.check_bounds()
        repeated += filled.count - len(filled)
        is_formula = cells.kinds == Kind.FORMULA
        sizes = cells.heights * cells.widths
        formulas.meet(cells.rows[is_formula], cells.columns[is_formula], int(sizes[is_formula].sum()))
        if repeated > _MOST_REPEATED:
            raise ParsingFailure(
                f"The workbook repeats rows more than a sheet can be meant to: beyond {_MOST_REPEATED:,} cells.",
                "Save it as .xlsx or CSV, and send it again.",
            )
        for part in filled.parts(_CELLS):
            yield Block.of(*part.spread())


def _is_encrypted(package: Package) -> bool:
    if _MANIFEST not in package:
        return False
    with package.part(_MANIFEST) as part:
        return any(name == "encryption-data" for name, _ in elements(part))
