"""An XML file to record batches, in two passes: the first learns where its records are, the second reads them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipeline_exec.errors import SourceDataEmpty
from pipeline_exec.formats.batches import batches_of, text_column, text_schema, with_data
from pipeline_exec.formats.header import column_names, renamed
from pipeline_exec.formats.markup.choice import at_path, likeliest
from pipeline_exec.formats.markup.names import Prefixes
from pipeline_exec.formats.markup.parsing import encoding_of, parse
from pipeline_exec.formats.markup.places import Survey
from pipeline_exec.formats.markup.plan import Columns, below, width
from pipeline_exec.formats.markup.rows import RowEvents
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
    survey = Survey(prefixes, limits)
    for _ in parse(path, encoding, survey):
        pass
    root = survey.root()
    record = at_path(root, options.record_path) if options.record_path else likeliest(root, partial(width, prefixes))
    columns = Columns(prefixes)
    document = below(columns.record(record), record)
    if not columns.names:
        raise SourceDataEmpty("The records of the XML file are empty.", "Set read_options.record_path to others.")
    names = column_names(columns.names, len(columns.names))
    schema = text_schema(names)
    events = RowEvents(document, len(names), prefixes.nil(), limits.max_cell_length)
    dialect: dict[str, object] = {
        "format": format_name,
        "encoding": encoding,
        "record_path": ".".join(record.path),
        "columns": len(names),
        **renamed(names, columns.names),
    }
    return Parsed(with_data(Rows(schema, batches_of(schema, _rows(path, encoding, events), text_column))), dialect)


def _rows(path: Path, encoding: str, events: RowEvents) -> Iterator[list[str | None]]:
    for _ in parse(path, encoding, events):
        yield from events.rows
        events.rows.clear()
    yield from events.rows
