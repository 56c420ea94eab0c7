"""XML documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline_exec.formats.markup.reading import read
from pipeline_exec.formats.markup.writing import write
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Format, Parsed


class XmlFormat:
    """An element for each record, at a path that is set or found; nothing outside the file is ever looked at."""

    name = "xml"
    extensions: tuple[str, ...] = ("xml",)
    media_types: tuple[str, ...] = ("application/xml", "text/xml")

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """As ``ports.Format`` says."""
        return read(path, options, limits, self.name)

    def write(self, rows: Rows, columns: Sequence[TargetColumn], into: Path, options: OutputOptions) -> None:
        """As ``ports.Format`` says; always in UTF-8."""
        write(rows, columns, into, options.root_element, options.record_element)


XML: Final[Format] = XmlFormat()
