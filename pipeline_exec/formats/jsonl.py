"""JSON lines: an object on each line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.formats.records.reading import read
from pipeline_exec.formats.records.writing import write_lines
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class JsonLinesFormat:
    """Objects one after the other; each is a record, whatever arrays it holds."""

    name = "jsonl"
    extensions: tuple[str, ...] = ("jsonl", "ndjson")
    media_types: tuple[str, ...] = ("application/jsonl", "application/x-ndjson")

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        top = options.model_copy(update={"record_path": options.record_path or ""})
        return read(path, top, limits, self.name)

    def write(
        self,
        rows: Rows,
        columns: Sequence[TargetColumn],
        into: Path,
        options: OutputOptions,  # noqa: ARG002  # none of them concerns this format
    ) -> None:
        """As ``ports.Format`` says; always in UTF-8, the only encoding of JSON."""
        write_lines(rows, columns, into)


JSONL: Final[Format] = JsonLinesFormat()
