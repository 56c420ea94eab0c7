"""A Parquet file to record batches of text, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow.parquet import ParquetFile

from pipeline_exec.dataplane.text import valid_text
from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.batches import text_schema, with_data
from pipeline_exec.formats.columnar.footer import check_footer, rows_at_once, texts
from pipeline_exec.formats.columnar.pages import check_pages
from pipeline_exec.formats.columnar.schema import column_paths, leaves, size_as_text
from pipeline_exec.formats.columnar.texts import NoText, text_of
from pipeline_exec.formats.header import column_names, renamed
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Parsed

#: Bytes of a column that are read ahead.
_BUFFER_BYTES: Final = 256 * 1024
#: Bytes of a batch as text; one row may be more.
_MOST_TEXT: Final = 64 * 1024**2
#: Longest part of the library's words that is passed on.
_LONGEST_REASON: Final = 200


def read(path: Path, limits: ReadLimits, format_name: str) -> Parsed:
    """All rows as text; structs are as many columns as they have parts, with dotted names.

    Raises:
        ParsingFailure: now or while iterating: the file is damaged or encrypted, or larger than files may be.
        SourceDataEmpty: it has no rows or no columns.
    """
    check_pages(path)
    with _opened(path, limits) as file:
        footer = file.metadata
        check_footer(footer, path.stat().st_size, limits)
        found = column_paths(file.schema_arrow)
        shared, rows = texts(footer), rows_at_once(footer)
    if not found:
        raise SourceDataEmpty("The Parquet file has no columns.", "Send a file that has some.")
    names = column_names(found, len(found))
    schema = text_schema(names)
    dialect: dict[str, object] = {
        "format": format_name,
        "columns": len(names),
        "row_groups": footer.num_row_groups,
        **renamed(names, found),
    }
    return Parsed(with_data(Rows(schema, _batches(path, limits, schema, shared, rows))), dialect)


def _batches(
    path: Path, limits: ReadLimits, schema: pa.Schema, shared: list[str], rows: int
) -> Iterator[pa.RecordBatch]:
    with _opened(path, limits, shared) as file:
        for batch in file.iter_batches(batch_size=rows, use_threads=False):
            for piece in _pieces(batch):
                yield pa.record_batch([valid_text(_text(leaf)) for leaf in leaves(piece)], schema=schema)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts none of which is too large as text."""
    if batch.num_rows <= 1 or sum(map(size_as_text, batch.columns)) <= _MOST_TEXT:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


def _text(column: pa.Array) -> pa.StringArray:
    try:
        return text_of(column)
    except NoText as kind:
        raise ParsingFailure(
            f"The Parquet file has a column of type {kind}, of which no text can be made.",
            "Leave the column out, or write it as text.",
        ) from None


@contextmanager
def _opened(path: Path, limits: ReadLimits, shared: list[str] | None = None) -> Iterator[ParquetFile]:
    """An open file; all that goes wrong with it while it is open is a ParsingFailure."""
    try:
        with (
            pa.OSFile(str(path)) as source,
            ParquetFile(
                source,
                read_dictionary=shared,
                buffer_size=_BUFFER_BYTES,
                pre_buffer=False,
                schema_depth_limit=limits.max_nesting,
                page_checksum_verification=True,
            ) as file,
        ):
            yield file
    except (pa.ArrowException, OSError, ValueError, TypeError, LookupError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> ParsingFailure:
    reason = str(error).partition("\n")[0][:_LONGEST_REASON].rstrip(".")
    if "encrypt" in reason.lower() or "decrypt" in reason.lower():
        return ParsingFailure("The Parquet file is encrypted.", "Send it without encryption.")
    return ParsingFailure(
        f"The Parquet file is damaged, or uses what is not read: {reason}.", "Write it again, and send it whole."
    )
