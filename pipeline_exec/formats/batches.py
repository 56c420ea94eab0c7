"""Rows of text as record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, TypeVar

import pyarrow as pa

from pipeline_exec.dataplane.text import empty_as_null
from pipeline_exec.errors import SourceDataEmpty
from pipeline_exec.model.rows import Rows

Cell = TypeVar("Cell")

#: Cells of a batch that is made from Python's strings, which take about 60 bytes each.
_BATCH_CELLS: Final = 400_000
#: Small batches are put together until they have so many bytes.
_BATCH_BYTES: Final = 4 * 1024**2


def text_schema(names: Iterable[str]) -> pa.Schema:
    """Columns of text."""
    return pa.schema([(name, pa.string()) for name in names])


def text_column(cells: Sequence[str | None]) -> pa.StringArray:
    """Texts as a column."""
    try:
        return empty_as_null(pa.array(cells, pa.string()))
    except UnicodeEncodeError:
        return text_column([cell and without_surrogates(cell) for cell in cells])


def without_surrogates(text: str) -> str:
    """The same text; what JSON can spell of a character and no encoding can hold, a half of it, is replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def batches_of(
    schema: pa.Schema, records: Iterable[Sequence[Cell]], column: Callable[[Sequence[Cell]], pa.StringArray]
) -> Iterator[pa.RecordBatch]:
    """Records as batches.

    Args:
        schema: Columns of text.
        records: Each with as many cells as there are columns.
        column: Makes text of the cells of one column.
    """
    remaining = iter(records)
    size = max(1, _BATCH_CELLS // len(schema))
    while taken := list(islice(remaining, size)):
        yield pa.record_batch([column(cells) for cells in zip(*taken, strict=True)], schema=schema)


def put_together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of some megabytes."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        waiting.append(batch)
        size += batch.nbytes
        if size >= _BATCH_BYTES:
            yield pa.concat_batches(waiting)
            waiting, size = [], 0
    if waiting:
        yield pa.concat_batches(waiting)


def with_data(rows: Rows) -> Rows:
    """The same rows, once it is sure that there is one.

    Raises:
        SourceDataEmpty: there is none.
        ParsingFailure: the first cannot be read.
    """
    batches = (batch for batch in rows if batch.num_rows)
    first = next(batches, None)
    if first is None:
        raise SourceDataEmpty("The file holds no row of data.", "Send a file that has rows below its header.")
    return Rows(rows.schema, chain([first], batches))
