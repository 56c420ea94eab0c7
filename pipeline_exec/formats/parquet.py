"""Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.formats.columnar.reading import read
from pipeline_exec.formats.columnar.writing import write
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class ParquetFormat:
    """Typed columns in compressed pages; they are read as text like any other input."""

    name = "parquet"
    extensions: tuple[str, ...] = ("parquet", "pq")
    media_types: tuple[str, ...] = ("application/vnd.apache.parquet", "application/x-parquet")

    def read(
        self,
        path: Path,
        options: ReadOptions,  # noqa: ARG002  # a Parquet file says of itself all there is to know
        limits: ReadLimits = DEFAULT_LIMITS,
    ) -> Parsed:
        """As ``ports.Format`` says."""
        return read(path, limits, self.name)

    def write(self, rows: Rows, columns: Sequence[TargetColumn], into: Path, options: OutputOptions) -> None:
        """As ``ports.Format`` says, but that dates and numbers are typed."""
        write(rows, columns, into, options.parquet_compression)


PARQUET: Final[Format] = ParquetFormat()
