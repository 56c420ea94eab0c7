"""A JSON text to record batches, in two passes: the first learns the columns, the second reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats import encoding as encodings
from pipeline_exec.formats.batches import batches_of, text_column, text_schema, with_data
from pipeline_exec.formats.decoding import text
from pipeline_exec.formats.header import column_names, renamed
from pipeline_exec.formats.limits import MAX_COLUMNS
from pipeline_exec.formats.records.flatten import TOO_DEEP, Unfit, collect_columns, flatten
from pipeline_exec.formats.records.paths import longest_array, records_at
from pipeline_exec.formats.records.scanner import Scanner
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Parsed


def read(path: Path, options: ReadOptions, format_name: str) -> Parsed:
    """The records of a file as text; columns in the order in which they first appear.

    Raises:
        ParsingFailure: now or while iterating: it is not valid JSON, or its records are no objects.
        SourceDataEmpty: there is no record, or none with a value.
    """
    document = _Document(path, encodings.detect(path, options.encoding))
    record_path = options.record_path if options.record_path is not None else document.likely_path()
    keys = list(document.columns(record_path))
    if not keys:
        raise SourceDataEmpty(
            "The file holds no record.", "Send a JSON array of objects, or set read_options.record_path."
        )
    names = column_names(keys, len(keys))
    records = ([row.get(key) for key in keys] for row in document.rows(record_path))
    schema = text_schema(names)
    dialect: dict[str, object] = {
        "format": format_name,
        "encoding": document.encoding,
        "record_path": record_path or None,
        "columns": len(names),
        **renamed(names, keys),
    }
    return Parsed(with_data(Rows(schema, batches_of(schema, records, text_column))), dialect)


@dataclass(frozen=True)
class _Document:
    """A JSON file, scanned from its beginning each time it is asked."""

    path: Path
    encoding: str

    def likely_path(self) -> str:
        """Where the records are when nobody says: in the longest array of objects, when the file is one object."""
        scanner = self._scanner()
        return longest_array(scanner) if scanner.peek() == "{" else ""

    def columns(self, record_path: str) -> dict[str, None]:
        """The columns of all records, in the order in which they first appear."""
        columns: dict[str, None] = {}
        for number, record in enumerate(self._records(record_path), start=1):
            try:
                collect_columns(record, columns)
            except Unfit as unfit:
                raise _unfit(number, unfit) from None
            if len(columns) > MAX_COLUMNS:
                break
        return columns

    def rows(self, record_path: str) -> Iterator[dict[str, str | None]]:
        """Every record as a row, once its columns were collected."""
        for number, record in enumerate(self._records(record_path), start=1):
            try:
                yield flatten(cast("dict[str, object]", record))
            except RecursionError:
                raise _unfit(number, TOO_DEEP) from None

    def _records(self, record_path: str) -> Iterator[object]:
        return records_at(self._scanner(), record_path)

    def _scanner(self) -> Scanner:
        return Scanner(text(self.path, self.encoding))


def _unfit(number: int, unfit: Unfit) -> ParsingFailure:
    what, remedy = unfit.args
    return ParsingFailure(f"Record {number:,} of the JSON file {what}.", remedy)
