"""An XML file to record batches, in two passes: the first learns where its records are, the second reads them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import cast

import pyarrow as pa

from pipeline_exec.errors import SourceDataEmpty
from pipeline_exec.formats.batches import batches_of, put_together, text_column, text_schema, with_data
from pipeline_exec.formats.header import column_names, renamed
from pipeline_exec.formats.markup.choice import at_path, likeliest
from pipeline_exec.formats.markup.names import Prefixes
from pipeline_exec.formats.markup.parsing import encoding_of, parse
from pipeline_exec.formats.markup.place import Place
from pipeline_exec.formats.markup.plan import Columns, below, width
from pipeline_exec.formats.markup.rows import RowEvents
from pipeline_exec.formats.markup.runs import RunReader
from pipeline_exec.formats.markup.survey import Survey
from pipeline_exec.formats.markup.template import template_of
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Parsed


def read(path: Path, options: ReadOptions, limits: ReadLimits, format_name: str) -> Parsed:
    """The records of a file as text; columns in the order in which their places first appear.

    Raises:
        ParsingFailure: now or while iterating: it is not well-formed, or has a document type.
        SourceDataEmpty: it has neither text nor elements in its first one.
    """
    encoding = encoding_of(path, options.encoding)
    prefixes = Prefixes()
    root, record = _found(path, encoding, prefixes, options.record_path, limits)
    columns = Columns(prefixes)
    document = below(columns.record(record), record)
    if not columns.names:
        raise SourceDataEmpty("The records of the XML file are empty.", "Set read_options.record_path to others.")
    names = column_names(columns.names, len(columns.names))
    schema = text_schema(names)
    template = template_of(record, prefixes) if record is not root else None
    runs = RunReader(template, columns, schema, limits.max_cell_length) if template else None
    events = RowEvents(document, len(names), prefixes.nil(), limits.max_cell_length, runs)
    dialect: dict[str, object] = {
        "format": format_name,
        "encoding": encoding,
        "record_path": ".".join(record.path),
        "columns": len(names),
        **renamed(names, columns.names),
    }
    batches = put_together(_batches(_rows(path, encoding, events), schema))
    return Parsed(with_data(Rows(schema, batches)), dialect)


def _found(
    path: Path, encoding: str, prefixes: Prefixes, record_path: str | None, limits: ReadLimits
) -> tuple[Place, Place]:
    """The document's element, and the place of its records."""
    for in_runs in (True, False):
        survey = Survey(prefixes, limits, in_runs=in_runs)
        for _ in parse(path, encoding, survey):
            pass
        root = survey.root()
        record = (
            at_path(root, record_path) if record_path else likeliest(root, partial(width, prefixes), survey.is_counted)
        )
        if record is not None:
            return root, record
    raise AssertionError("without runs every place is counted")


def _batches(rows: Iterator[list[str | None] | pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Runs as they are, and batches of the rows between them."""
    for is_run, group in groupby(rows, lambda row: isinstance(row, pa.RecordBatch)):
        between = cast("Iterator[list[str | None]]", group)
        yield from cast("Iterator[pa.RecordBatch]", between) if is_run else batches_of(schema, between, text_column)


def _rows(path: Path, encoding: str, events: RowEvents) -> Iterator[list[str | None] | pa.RecordBatch]:
    for _ in parse(path, encoding, events):
        yield from events.rows
        events.rows.clear()
    yield from events.rows
