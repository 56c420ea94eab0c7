"""What bytes mean: formats, and their registry."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn


@dataclass(frozen=True)
class Parsed:
    """A file as rows of text, and how it was read."""

    rows: Rows
    """Every column a string; an empty cell is null. Irregular rows are marked (see ``dataplane.marks``)."""
    dialect: dict[str, object]
    """What was detected or set: format, encoding, delimiter, header row, sheet, record path, compression.

    What is met on the way (other tables, a footer, irregular rows) is in it once the rows were read to their end."""
    others: tuple[str, ...] = ()
    """Names of the other files of an archive of which the first was read."""


@dataclass(frozen=True)
class Member:
    """One file of an archive."""

    name: str
    """Unique in the archive, with ``/`` between folders; safe to show, and never a path to write to."""
    copy: Callable[[BinaryIO], None]
    """Writes the file's bytes; to be called before the next member is asked for.

    Raises ParsingFailure when it is encrypted, damaged, or beyond a limit.
    """


@dataclass(frozen=True)
class ErrorReport:
    """A table as it was mapped, and what is wrong with it."""

    columns: Sequence[TargetColumn]
    rows: Rows
    """As mapped: text under the target's columns."""
    total_rows: int
    findings: Rows
    """Those that were kept, row after row, as ``dataplane.findings`` describes them."""
    total_findings: int
    """All of them."""


class Format(Protocol):
    """One file format."""

    name: str
    extensions: tuple[str, ...]
    media_types: tuple[str, ...]

    def read(self, path: Path, options: ReadOptions, limits: ReadLimits = DEFAULT_LIMITS) -> Parsed:
        """Open a file; its batches are read as they are iterated.

        Raises:
            ParsingFailure: now or while iterating; the message names what is wrong, and where it can the line.
            SourceDataEmpty: there is no row of data.
        """

    def write(self, rows: Rows, columns: Sequence[TargetColumn], into: Path, options: OutputOptions) -> None:
        """Write all rows; dates and numbers in the format of their column. A file without rows has its header."""


class Formats(Protocol):
    """The registry of formats."""

    def named(self, name: str) -> Format:
        """The format of this name or file extension.

        Raises:
            InvalidDocument: there is none; the message lists those there are, and the path is empty.
        """

    def written_as(self, name: str) -> Format:
        """As ``named``, for a file that is to be written.

        Raises:
            InvalidDocument: there is none that is written; the message lists those that are, and the path is empty.
        """

    def read(self, path: Path, file_name: str, options: ReadOptions) -> Parsed:
        """Open a file in whatever format it is: as the options say, else by its first bytes, else by its name.

        What is compressed is decompressed, within the limits; of an archive the first file is read.

        Raises:
            ParsingFailure: it is none that is read, and as ``Format.read``.
            SourceDataEmpty: there is no row of data.
        """

    def shorten(self, path: Path, file_name: str, options: ReadOptions) -> None:
        """Cut a file of which only the beginning is there behind its last whole record, so that it can be read.

        Raises:
            ParsingFailure: the beginning of such a file cannot be read without the rest; the message says what it is.
        """

    def members(self, path: Path, options: ReadOptions) -> Iterator[Member]:
        """Each file of an archive, in its order; none when the file is no archive, or is one that cannot be opened."""

    def write_report(self, report: ErrorReport, into: Path) -> None:
        """Write an error report as a workbook: the table with its erroneous cells coloured and commented.

        Of a table that is larger than a workbook takes, the erroneous rows; the workbook says what is left out.
        """
