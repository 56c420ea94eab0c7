"""JSON documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.formats.records.reading import read
from pipeline_exec.formats.records.writing import write_array
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class JsonFormat:
    """An array of objects, or objects that hold one; objects one after the other are read too, whatever the name."""

    name = "json"
    extensions: tuple[str, ...] = ("json",)
    media_types: tuple[str, ...] = ("application/json",)

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        return read(path, options, limits, self.name)

    def write(
        self,
        rows: Rows,
        columns: Sequence[TargetColumn],
        into: Path,
        options: OutputOptions,  # noqa: ARG002  # none of them concerns this format
    ) -> None:
        """As ``ports.Format`` says; always in UTF-8, the only encoding of JSON."""
        write_array(rows, columns, into)


JSON: Final[Format] = JsonFormat()
