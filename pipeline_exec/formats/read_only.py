"""Formats that are read and not written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn


class ReadOnlyWorkbook:
    """The half of ``ports.Format`` that is refused: spreadsheet programs that read such workbooks read XLSX too."""

    name: str

    def write(
        self,
        rows: Rows,  # noqa: ARG002  # here and below: refused whatever they are
        columns: Sequence[TargetColumn],  # noqa: ARG002  # as above
        into: Path,  # noqa: ARG002  # as above
        options: OutputOptions,  # noqa: ARG002  # as above
    ) -> None:
        """Refuse.

        Raises:
            WriteFileFailure: always.
        """
        raise WriteFileFailure(
            f"Workbooks are not written as .{self.name}.", "Set output_options.file_extension to xlsx."
        )
