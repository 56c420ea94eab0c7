"""Clean CSV: UTF-8, commas, double quotes where they must be, line feeds, every value as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import BinaryIO, cast

import pyarrow as pa

from pipeline_exec.dataplane.marks import SURPLUS, without_marks
from pipeline_exec.formats.delimited.ragged import surplus_cells
from pipeline_exec.formats.delimited.writing import Writer
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec.model.rows import Rows


def write_clean_csv(rows: Rows, dialect: Mapping[str, object], into: BinaryIO, written: Callable[[int], None]) -> None:
    """Write all rows below the header as it was found, or without one where the file has none.

    A row has as many cells as there are columns; what it has beyond them follows as further cells.

    Args:
        rows: As read: text.
        dialect: How they were read.
        into: Takes the bytes.
        written: Called with the number of rows of each batch that was written.

    Raises:
        ParsingFailure: a row cannot be read; those before it are written.
    """
    _writer().write_texts(_texts(rows, dialect, written), into)


def write_header(names: Sequence[str], into: BinaryIO) -> None:
    """Write a header without rows; nothing where there is none."""
    if names:
        _writer().write_texts([_row(names)], into)


def _writer() -> Writer:
    return Writer(OutputOptions())


def _texts(
    rows: Rows, dialect: Mapping[str, object], written: Callable[[int], None]
) -> Iterator[Sequence[pa.StringArray]]:
    columns = without_marks(rows.schema)
    # Formats whose columns have names by nature, such as JSON, say nothing of a header row.
    if dialect.get("header_row", 1) is not None:
        found = cast("Mapping[str, str]", dialect.get("renamed_columns", {}))
        # Names beyond the header's last cell are ours.
        named = len(columns) - cast("int", dialect.get("unnamed_columns", 0))
        yield _row([found.get(name, name) for name in columns[:named]])
    for batch in rows:
        yield from _parts(batch, len(columns), dialect)
        written(batch.num_rows)


def _row(cells: Sequence[str]) -> Sequence[pa.StringArray]:
    return [pa.array([cell], pa.string()) for cell in cells]


def _parts(batch: pa.RecordBatch, width: int, dialect: Mapping[str, object]) -> Iterator[Sequence[pa.StringArray]]:
    """The columns of a batch; those of each run of rows with as many surplus cells on their own."""
    # Names may be anything; places are sure.
    columns = batch.columns[:width]
    surplus = batch.column(SURPLUS) if SURPLUS in batch.schema.names else pa.nulls(batch.num_rows)
    if surplus.null_count == batch.num_rows:
        yield columns
        return
    further = [surplus_cells(text, dialect) if text else [] for text in surplus.to_pylist()]
    at = 0
    for extra, run in groupby(further, key=len):
        rows = list(run)
        added = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)] if extra else []
        yield [*(column.slice(at, len(rows)) for column in columns), *added]
        at += len(rows)
