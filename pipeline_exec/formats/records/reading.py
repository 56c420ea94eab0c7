"""A JSON text to record batches, in two passes: the first learns the columns, the second reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import cast

import pyarrow as pa

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats import encoding as encodings
from pipeline_exec.formats.batches import (
    batches_of,
    put_together,
    text_column,
    text_schema,
    with_data,
    without_surrogates,
)
from pipeline_exec.formats.decoding import utf8_pieces
from pipeline_exec.formats.header import column_names, renamed
from pipeline_exec.formats.records.columns import columns_of
from pipeline_exec.formats.records.flatten import flatten
from pipeline_exec.formats.records.paths import longest_array, records_at
from pipeline_exec.formats.records.rows import RowReader
from pipeline_exec.formats.records.scanner import Scanner
from pipeline_exec.formats.records.shape import Shape, Unfit
from pipeline_exec.formats.records.structs import Voucher
from pipeline_exec.formats.records.tables import table_of
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Parsed


def read(path: Path, options: ReadOptions, limits: ReadLimits, format_name: str) -> Parsed:
    """The records of a file as text; columns in the order in which they first appear.

    Raises:
        ParsingFailure: now or while iterating: it is not valid JSON, or its records are no objects.
        SourceDataEmpty: there is no record, or none with a value.
    """
    document = _Document(path, encodings.detect(path, options.encoding), limits)
    record_path = options.record_path if options.record_path is not None else document.likely_path()
    content = document.columns() if options.record_path is None and not record_path else None
    if content is None:
        is_table = isinstance(next(document.records(record_path), None), list)
        content = document.table(record_path, options) if is_table else document.objects(record_path)
    if not content.found:
        raise SourceDataEmpty(
            "The file holds no record.", "Send a JSON array of objects, or set read_options.record_path."
        )
    names = column_names(content.found, len(content.found))
    schema = text_schema(names)
    dialect: dict[str, object] = {
        "format": format_name,
        "encoding": document.encoding,
        "record_path": record_path or None,
        "columns": len(names),
        **content.dialect,
        **renamed(names, content.found),
    }
    return Parsed(with_data(Rows(schema, content.batches(schema))), dialect)


@dataclass(frozen=True)
class _Content:
    """What a file holds."""

    found: Sequence[str]
    """What its columns are called in it."""
    batches: Callable[[pa.Schema], Iterator[pa.RecordBatch]]
    """Its rows, under the names given to the columns."""
    dialect: Mapping[str, object]


@dataclass(frozen=True)
class _Document:
    """A JSON file, scanned from its beginning each time it is asked."""

    path: Path
    encoding: str
    limits: ReadLimits

    def likely_path(self) -> str:
        """Where the records are when nobody says: in the longest array of objects, when the file is one object."""
        scanner = self._scanner()
        return longest_array(scanner) if scanner.peek() == "{" else ""

    def columns(self) -> _Content | None:
        """The one object of the file, when it holds columns."""
        if self._scanner().peek() != "{":
            return None
        first, *others = islice(self.records(""), 2)
        columns = None if others else columns_of(first)
        if columns is None:
            return None
        return _Content(
            list(map(without_surrogates, columns.columns)),
            lambda schema: batches_of(schema, columns.rows(), text_column),
            {},
        )

    def table(self, record_path: str, options: ReadOptions) -> _Content:
        """Records that are arrays."""
        table = table_of(self.records(record_path), options.header_row)
        return _Content(
            list(map(without_surrogates, table.found)),
            lambda schema: batches_of(schema, table.rows(self.records(record_path)), text_column),
            {"header_row": table.above or None},
        )

    def objects(self, record_path: str) -> _Content:
        """Records that are objects."""
        shape = self._shape(record_path)
        return _Content(
            list(map(without_surrogates, shape.columns)),
            lambda schema: put_together(self._batches(record_path, shape, schema)),
            {},
        )

    def records(self, record_path: str) -> Iterator[object]:
        """The records, one by one."""
        return records_at(self._scanner(), record_path, Voucher(Shape(self.limits.max_nesting)))

    def _shape(self, record_path: str) -> Shape:
        """The shape of all records; of no more of them when there are more columns than may be."""
        shape = Shape(self.limits.max_nesting)
        number = 0
        for piece in records_at(self._scanner(), record_path, Voucher(shape)):
            if isinstance(piece, range):
                number += len(piece)
                continue
            number += 1
            try:
                shape.learn(piece)
            except Unfit as unfit:
                raise _unfit(number, unfit) from None
            if len(shape.columns) > self.limits.max_columns:
                break
        return shape

    def _batches(self, record_path: str, shape: Shape, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Every record as a row, once the shape of all of them was learned."""
        pieces = records_at(self._scanner(), record_path, RowReader(shape, schema))
        number = 0
        for is_batch, group in groupby(pieces, lambda piece: isinstance(piece, pa.RecordBatch)):
            for batch in cast(
                "Iterable[pa.RecordBatch]", group if is_batch else _one_by_one(group, shape, schema, number)
            ):
                number += batch.num_rows
                yield batch

    def _scanner(self) -> Scanner:
        return Scanner(utf8_pieces(self.path, self.encoding), self.limits.max_nesting)


def _one_by_one(records: Iterable[object], shape: Shape, schema: pa.Schema, before: int) -> Iterator[pa.RecordBatch]:
    rows = (_row(record, number, shape) for number, record in enumerate(records, start=before + 1))
    return batches_of(schema, rows, text_column)


def _row(record: object, number: int, shape: Shape) -> list[str | None]:
    try:
        row = flatten(cast("dict[str, object]", record))
    except RecursionError:
        raise _unfit(number, shape.too_deep) from None
    return [row.get(column) for column in shape.columns]


def _unfit(number: int, unfit: Unfit) -> ParsingFailure:
    what, remedy = unfit.args
    return ParsingFailure(f"Record {number:,} of the JSON file {what}.", remedy)
