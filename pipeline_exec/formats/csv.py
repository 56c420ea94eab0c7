"""Comma-separated values, and those separated by any other character."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.formats.batches import with_data
from pipeline_exec.formats.delimited.detection import detect
from pipeline_exec.formats.delimited.reading import Reading
from pipeline_exec.formats.delimited.writing import Writer
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class DelimitedFormat:
    """Text with a delimiter. Whatever its name says, the delimiter is detected when it is read."""

    name = "csv"
    extensions: tuple[str, ...] = ("csv", "txt")
    media_types: tuple[str, ...] = ("text/csv", "text/plain")
    written_delimiter: str | None = None
    """None for the one the output options say."""

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        dialect = detect(path, options, limits)
        told = dialect.described(self.name)
        return Parsed(with_data(Reading(path, dialect, options, limits, told).rows()), told)

    def write(self, rows: Rows, columns: Sequence[TargetColumn], into: Path, options: OutputOptions) -> None:
        """As ``ports.Format`` says."""
        Writer(options, self.written_delimiter).write(rows, columns, into)


CSV: Final[Format] = DelimitedFormat()
