"""OpenDocument spreadsheets, which are read only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pipeline_exec.formats.read_only import ReadOnlyWorkbook
from pipeline_exec.formats.workbook.opendocument.book import open_document_book
from pipeline_exec.formats.workbook.sheets.reading import read_book
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.ports import Format, Parsed


class OdsFormat(ReadOnlyWorkbook):
    """Workbooks of LibreOffice and others; formulas count as the values they had when the workbook was saved."""

    name = "ods"
    extensions: tuple[str, ...] = ("ods",)
    media_types: tuple[str, ...] = ("application/vnd.oasis.opendocument.spreadsheet",)

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        with open_document_book(path, options.numbers, limits) as book:
            return read_book(book, options, self.name)


ODS: Final[Format] = OdsFormat()
