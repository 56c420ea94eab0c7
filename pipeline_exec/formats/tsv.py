"""Tab-separated values."""

from __future__ import annotations

from typing import Final

from pipeline_exec.formats.csv import DelimitedFormat
from pipeline_exec.ports import Format


class TabbedFormat(DelimitedFormat):
    """Delimited text that is written with tabs."""

    name = "tsv"
    extensions: tuple[str, ...] = ("tsv", "tab")
    media_types: tuple[str, ...] = ("text/tab-separated-values",)
    written_delimiter = "\t"


TSV: Final[Format] = TabbedFormat()
