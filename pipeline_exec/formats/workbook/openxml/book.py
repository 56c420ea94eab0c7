"""Workbooks in Office Open XML (ECMA-376): ``.xlsx`` and ``.xlsm``."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Final, TypeVar

import pyarrow as pa

from pipeline_exec.formats.workbook.cells.format_codes import Looks
from pipeline_exec.formats.workbook.cells.shown import Shown
from pipeline_exec.formats.workbook.openxml.shared_strings import read_strings
from pipeline_exec.formats.workbook.openxml.sheet_xml import SheetXml
from pipeline_exec.formats.workbook.openxml.styles import read_looks
from pipeline_exec.formats.workbook.package.archive import Package, opened
from pipeline_exec.formats.workbook.package.xml import elements
from pipeline_exec.formats.workbook.sheets.blocks import Block
from pipeline_exec.formats.workbook.sheets.book import SheetEntry
from pipeline_exec.formats.workbook.sheets.sheet import Sheet
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import NumbersRead

Found = TypeVar("Found")

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONSHIPS: Final = "xl/_rels/workbook.xml.rels"
_STYLES: Final = "xl/styles.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_TRUE: Final = frozenset({"1", "true", "on"})


@contextmanager
def open_xml_book(path: Path, numbers: NumbersRead, limits: ReadLimits) -> Iterator[OpenXmlBook]:
    """A workbook, until the block ends.

    Raises:
        ParsingFailure: it cannot be read.
    """
    with opened(path, _WORKBOOK, "xlsx", limits) as package:
        yield OpenXmlBook(package, numbers, limits.max_cell_length)


@dataclass(frozen=True)
class OpenXmlBook:
    """Keeps the promises of ``Book``. No more of a sheet is held in memory than a megabyte of its XML."""

    package: Package
    numbers: NumbersRead
    longest: int

    @cached_property
    def sheets(self) -> Sequence[SheetEntry]:
        """The worksheets in their order; sheets of charts and the like are none."""
        return [
            SheetEntry(attributes.get("name", ""), attributes.get("state", "visible") != "visible")
            for attributes in self._named("sheet")
            if self._is_worksheet(attributes)
        ]

    def load(self, entry: SheetEntry) -> Sheet:
        """As ``Book.load``."""
        found = next(each for each in self._named("sheet") if each.get("name", "") == entry.name)
        with self.package.part(self._targets[found["id"]][1]) as part:
            xml = SheetXml(part, self.longest)
            cells = (Block.of(each.rows, each.columns, self._shown.texts(each)) for each in xml.cells() if len(each))
            return Sheet.of(entry.name, cells, xml.merged)

    @cached_property
    def _shown(self) -> Shown:
        since_1904 = any(each.get("date1904") in _TRUE for each in self._named("workbookPr"))
        looks: Looks = self._read(_STYLES, read_looks) or ()
        shared = self._read(_STRINGS, read_strings)
        shared = pa.array([], pa.string()) if shared is None else shared
        return Shown(looks, shared, since_1904=since_1904, numbers=self.numbers)

    def _read(self, name: str, read: Callable[[IO[bytes]], Found]) -> Found | None:
        if name not in self.package:
            return None
        with self.package.part(name) as part:
            return read(part)

    @cached_property
    def _elements(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        with self.package.part(_WORKBOOK) as part:
            return list(elements(part))

    def _named(self, name: str) -> Iterator[Mapping[str, str]]:
        return (attributes for element, attributes in self._elements if element == name)

    @cached_property
    def _targets(self) -> Mapping[str, tuple[str, str]]:
        """The kind and the part of each relationship by its id."""
        with self.package.part(_RELATIONSHIPS) as part:
            return {
                attributes.get("Id", ""): (attributes.get("Type", ""), _part_of(attributes.get("Target", "")))
                for name, attributes in elements(part)
                if name == "Relationship"
            }

    def _is_worksheet(self, attributes: Mapping[str, str]) -> bool:
        kind, _ = self._targets.get(attributes.get("id", ""), ("", ""))
        return not kind or kind.endswith("/worksheet")


def _part_of(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
