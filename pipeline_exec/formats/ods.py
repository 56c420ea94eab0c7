"""OpenDocument spreadsheets, which are read only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.workbook.opendocument.book import open_document_book
from pipeline_exec.formats.workbook.sheets.reading import read_book
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class OdsFormat:
    """Workbooks of LibreOffice and others; formulas count as the values they had when the workbook was saved."""

    name = "ods"
    extensions: tuple[str, ...] = ("ods",)
    media_types: tuple[str, ...] = ("application/vnd.oasis.opendocument.spreadsheet",)

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        with open_document_book(path, options.numbers, limits) as book:
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
        raise WriteFileFailure("Workbooks are not written as .ods.", "Set output_options.file_extension to xlsx.")


ODS: Final[Format] = OdsFormat()
