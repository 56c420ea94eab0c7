"""Workbooks of Excel 5.0 to 2003, which are read only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.workbook.legacy.book import open_binary_book
from pipeline_exec.formats.workbook.sheets.reading import read_book
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class XlsFormat:
    """Workbooks in the binary format; formulas count as the values they had when the workbook was saved."""

    name = "xls"
    extensions: tuple[str, ...] = ("xls",)
    media_types: tuple[str, ...] = ("application/vnd.ms-excel",)

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:  # noqa: ARG002  # its own are stricter
        """As ``ports.Format`` says."""
        with open_binary_book(path, options.numbers) as book:
            return read_book(book, options, self.name)

    def write(
        self,
        rows: Rows,  # noqa: ARG002  # here and below: refused whatever they are
        columns: Sequence[TargetColumn],  # noqa: ARG002  # as above
        into: Path,  # noqa: ARG002  # as above
        options: OutputOptions,  # noqa: ARG002  # as above
    ) -> None:
        """Refuse: spreadsheet programs that read these read XLSX too.

        Raises:
            WriteFileFailure: always.
        """
        raise WriteFileFailure("Workbooks are not written as .xls.", "Set output_options.file_extension to xlsx.")


XLS: Final[Format] = XlsFormat()
