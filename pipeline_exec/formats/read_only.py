"""Workbooks that are read and not written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.workbook.sheets.book import Book
from pipeline_exec.formats.workbook.sheets.reading import read_book
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import NumbersRead, OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Parsed


@dataclass
class ReadOnlyWorkbook:
    """A kind of workbook; formulas count as the values they had when it was saved."""

    name: str
    extensions: tuple[str, ...]
    media_types: tuple[str, ...]
    opened: Callable[[Path, NumbersRead, ReadLimits], AbstractContextManager[Book]]

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        with self.opened(path, options.numbers, limits) as book:
            return read_book(book, options, self.name)

    def write(
        self,
        rows: Rows,  # noqa: ARG002  # here and below: refused whatever they are
        columns: Sequence[TargetColumn],  # noqa: ARG002  # as above
        into: Path,  # noqa: ARG002  # as above
        options: OutputOptions,  # noqa: ARG002  # as above
    ) -> None:
        """Refuse: spreadsheet programs that read such workbooks read XLSX too.

        Raises:
            WriteFileFailure: always.
        """
        raise WriteFileFailure(
            f"Workbooks are not written as .{self.name}.", "Set output_options.file_extension to xlsx."
        )
