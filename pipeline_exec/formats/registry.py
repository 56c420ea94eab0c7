"""Formats by name: a new one is a file of this folder and a line of this table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Final, cast

from pipeline_exec.errors import FieldProblem, InvalidDocument, ParsingFailure
from pipeline_exec.formats.beginning import check_beginning, cut
from pipeline_exec.formats.compression.unpacking import members, unpacked
from pipeline_exec.formats.limits import within
from pipeline_exec.formats.sniff import recognise
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.ports import ErrorReport, Format, Member, Parsed

#: Where each format is, as ``module:attribute``; imported when it is first asked for.
TABLE: Final[Mapping[str, str]] = {
    "csv": "pipeline_exec.formats.csv:CSV",
    "tsv": "pipeline_exec.formats.tsv:TSV",
    "xlsx": "pipeline_exec.formats.xlsx:XLSX",
    "xls": "pipeline_exec.formats.xls:XLS",
    "ods": "pipeline_exec.formats.ods:ODS",
    "json": "pipeline_exec.formats.json:JSON",
    "jsonl": "pipeline_exec.formats.jsonl:JSONL",
    "xml": "pipeline_exec.formats.xml:XML",
    "parquet": "pipeline_exec.formats.parquet:PARQUET",
}

READ_ONLY: Final = frozenset({"xls", "ods"})
"""Formats that are read and not written: programs that open them open XLSX too."""


class FormatRegistry:
    """The formats of a table, behind the port ``Formats``."""

    def __init__(
        self, table: Mapping[str, str], limits: ReadLimits = DEFAULT_LIMITS, scratch: Path | None = None
    ) -> None:
        """Formats.

        Args:
            table: Where each is.
            limits: How much one file may hold.
            scratch: The folder for what is decompressed; the system's own for such files when not given.
        """
        self._table = table
        self._limits = limits
        self._scratch = scratch

    def named(self, name: str) -> Format:
        """The format of this name or file extension, with or without its dot, in any case.

        Raises:
            InvalidDocument: there is none; the message lists those there are, and the path is empty.
        """
        if (found := self._find(name)) is None:
            raise _unknown(f'"{name}" is no format', self._table)
        return found

    def written_as(self, name: str) -> Format:
        """As ``ports.Formats.written_as``, with or without a dot, in any case."""
        found = self._find(name)
        if found is None or found.name in READ_ONLY:
            raise _unknown(
                f'Files are not written as "{name}"', (each for each in self._table if each not in READ_ONLY)
            )
        return found

    def read(self, path: Path, file_name: str, options: ReadOptions) -> Parsed:
        """As ``ports.Formats.read``."""
        plain = unpacked(path, file_name, options.compression, self._limits, self._scratch)
        parsed = self.recognise(plain.path, plain.name, options).read(plain.path, options, self._limits)
        rows = plain.holding(within(parsed.rows, self._limits))
        # Not a copy: readers complete it as the rows pass.
        parsed.dialect.update(plain.dialect)
        return Parsed(rows, parsed.dialect, plain.others)

    def shorten(self, path: Path, file_name: str, options: ReadOptions) -> None:
        """As ``ports.Formats.shorten``."""
        check_beginning(path, file_name)
        cut(path, file_name, self.recognise(path, file_name, options).name, options)

    def members(self, path: Path, options: ReadOptions) -> Iterator[Member]:
        """As ``ports.Formats.members``."""
        return members(path, options.compression, self._limits)

    def write_report(self, report: ErrorReport, into: Path) -> None:
        """As ``ports.Formats.write_report``."""
        from pipeline_exec.formats.workbook.report.error_report import write_report  # few processes ever write one

        write_report(report, into)

    def recognise(self, path: Path, file_name: str, options: ReadOptions) -> Format:
        """The format of a file: as the options say, else by its first bytes, else by its name.

        Raises:
            ParsingFailure: it is none that is read, or the options name none.
        """
        try:
            if options.format != "auto":
                return self.named(options.format)
        except InvalidDocument as error:
            raise ParsingFailure(error.what, "Correct read_options.format.") from None
        extension = PurePosixPath(file_name.replace("\\", "/")).suffix
        return self._load(recognise(path, file_name, self._suggested(extension)))

    def _find(self, name: str) -> Format | None:
        wanted = name.lower().removeprefix(".")
        if wanted in self._table:
            return self._load(wanted)
        return next((each for each in map(self._load, self._table) if wanted in each.extensions), None)

    def _suggested(self, extension: str) -> str | None:
        found = self._find(extension)
        return found.name if found else None

    def _load(self, name: str) -> Format:
        module, _, attribute = self._table[name].partition(":")
        return cast("Format", getattr(import_module(module), attribute))


def _unknown(what: str, names: Iterable[str]) -> InvalidDocument:
    problem = f"{what}; there are {', '.join(names)}"
    return InvalidDocument(f"{problem}.", [FieldProblem("", problem)])


FORMATS: Final = FormatRegistry(TABLE)
"""With the limits that are the default."""
