"""Excel workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.formats.workbook.openxml.book import open_xml_book
from pipeline_exec.formats.workbook.sheets.reading import read_book
from pipeline_exec.formats.workbook.writing.book import write
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class XlsxFormat:
    """Workbooks in Office Open XML; formulas count as the values that are stored with them."""

    name = "xlsx"
    extensions: tuple[str, ...] = ("xlsx", "xlsm")
    media_types: tuple[str, ...] = (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-excel.sheet.macroenabled.12",
    )

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        with open_xml_book(path, options.numbers, limits) as book:
            return read_book(book, options, self.name)

    def write(
        self,
        rows: Rows,
        columns: Sequence[TargetColumn],
        into: Path,
        options: OutputOptions,
    ) -> None:
        """As ``ports.Format`` says."""
        write(rows, columns, into, options)


XLSX: Final[Format] = XlsxFormat()
