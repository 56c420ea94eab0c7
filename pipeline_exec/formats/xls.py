"""Workbooks of Excel 5.0 to 2003, which are read only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pipeline_exec.formats.read_only import ReadOnlyWorkbook
from pipeline_exec.formats.workbook.legacy.book import open_binary_book
from pipeline_exec.formats.workbook.sheets.reading import read_book
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.ports import Format, Parsed


class XlsFormat(ReadOnlyWorkbook):
    """Workbooks in the binary format; formulas count as the values they had when the workbook was saved."""

    name = "xls"
    extensions: tuple[str, ...] = ("xls",)
    media_types: tuple[str, ...] = ("application/vnd.ms-excel",)

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:  # noqa: ARG002  # its own are stricter
        """As ``ports.Format`` says."""
        with open_binary_book(path, options.numbers) as book:
            return read_book(book, options, self.name)


XLS: Final[Format] = XlsFormat()
