"""Workbooks in Office Open XML (ECMA-376): ``.xlsx``, ``.xlsm`` and their templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Final, TypeVar

import pyarrow as pa

from pipeline_exec.formats.workbook.cells.format_codes import Looks
from pipeline_exec.formats.workbook.cells.shown import Shown
from pipeline_exec.formats.workbook.cells.stored_cells import Kind
from pipeline_exec.formats.workbook.openxml.relationships import PACKAGE, Relationship, relationships
from pipeline_exec.formats.workbook.openxml.shared_strings import read_strings
from pipeline_exec.formats.workbook.openxml.sheet_xml import SheetXml
from pipeline_exec.formats.workbook.openxml.styles import read_looks
from pipeline_exec.formats.workbook.package.archive import Package, opened, other_archive
from pipeline_exec.formats.workbook.package.xml import elements
from pipeline_exec.formats.workbook.sheets.blocks import Block
from pipeline_exec.formats.workbook.sheets.book import SheetEntry
from pipeline_exec.formats.workbook.sheets.formulas import UnstoredFormulas
from pipeline_exec.formats.workbook.sheets.sheet import Sheet
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import NumbersRead

Found = TypeVar("Found")
Element = tuple[str, Mapping[str, str]]

_TRUE: Final = frozenset({"1", "true", "on"})
#: Where the parts of a workbook nearly always are; some programs leave them out of what they say of relationships.
_USUAL: Final = {
    "officeDocument": "xl/workbook.xml",
    "styles": "xl/styles.xml",
    "sharedStrings": "xl/sharedStrings.xml",
}


@contextmanager
def open_xml_book(path: Path, numbers: NumbersRead, limits: ReadLimits) -> Iterator[OpenXmlBook]:
    """A workbook, until the block ends.

    Raises:
        ParsingFailure: it cannot be read.
    """
    with opened(path, "xlsx", limits) as package:
        main = _part_of("officeDocument", relationships(package, PACKAGE))
        if main not in package or not main.endswith(".xml"):
            raise other_archive("xlsx")
        with package.part(main) as part:
            workbook = list(elements(part))
        if workbook[0][0] != "workbook":
            raise other_archive("xlsx")
        yield OpenXmlBook(package, workbook, relationships(package, main), numbers, limits.max_cell_length)


@dataclass(frozen=True)
class OpenXmlBook:
    """Keeps the promises of ``Book``. No more of a sheet is held in memory than some megabytes."""

    package: Package
    workbook: Sequence[Element]
    """The elements of its main part."""
    related: Sequence[Relationship]
    """The parts that one is related to."""
    numbers: NumbersRead
    longest: int

    @cached_property
    def sheets(self) -> Sequence[SheetEntry]:
        """The worksheets in their order; sheets of charts and the like are none."""
        return [
            SheetEntry(number, attributes.get("name", ""), attributes.get("state", "visible") != "visible")
            for number, attributes in enumerate(self._worksheets, start=1)
        ]

    def load(self, entry: SheetEntry) -> Sheet:
        """As ``Book.load``."""
        wanted = self._worksheets[entry.number - 1]["id"]
        name = next(each.part for each in self.related if each.id == wanted)
        with self.package.part(name) as part:
            xml, formulas = SheetXml(part, self.longest), UnstoredFormulas()
            return Sheet.of(entry.name, self._blocks(xml, formulas), xml.merged, formulas)

    def _blocks(self, xml: SheetXml, formulas: UnstoredFormulas) -> Iterator[Block]:
        """The rows of a sheet; its formulas without values are met as they come."""
        for cells in xml.cells():
            if len(cells):
                is_formula = cells.kinds == Kind.FORMULA
                formulas.meet(cells.rows[is_formula], cells.columns[is_formula], int(is_formula.sum()))
                yield Block.of(cells.rows, cells.columns, self._shown.texts(cells))

    @cached_property
    def _worksheets(self) -> Sequence[Mapping[str, str]]:
        kinds = {each.id: each.kind for each in self.related}
        return [each for each in self._named("sheet") if kinds.get(each.get("id", ""), "") in {"", "worksheet"}]

    @cached_property
    def _shown(self) -> Shown:
        since_1904 = any(each.get("date1904") in _TRUE for each in self._named("workbookPr"))
        looks: Looks = self._read("styles", read_looks) or ()
        shared = self._read("sharedStrings", read_strings)
        shared = pa.array([], pa.string()) if shared is None else shared
        return Shown(looks, shared, since_1904=since_1904, numbers=self.numbers)

    def _read(self, kind: str, read: Callable[[IO[bytes]], Found]) -> Found | None:
        name = _part_of(kind, self.related)
        if name not in self.package:
            return None
        with self.package.part(name) as part:
            return read(part)

    def _named(self, name: str) -> Iterator[Mapping[str, str]]:
        return (attributes for element, attributes in self.workbook if element == name)


def _part_of(kind: str, related: Sequence[Relationship]) -> str:
    """The part that has this kind of relationship, or where such parts nearly always are."""
    return next((each.part for each in related if each.kind == kind), _USUAL[kind])
