"""Clean CSV: UTF-8, commas, double quotes where they must be, line feeds, every value as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, cast

import pyarrow as pa

from pipeline_exec.formats.delimited.writing import Writer
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec.model.rows import Rows


def write_clean_csv(rows: Rows, dialect: Mapping[str, object], into: BinaryIO, written: Callable[[int], None]) -> None:
    """Write all rows below the header as it was found, or without one where the file has none.

    Args:
        rows: As read: text.
        dialect: How they were read.
        into: Takes the bytes.
        written: Called with the number of rows of each batch that was written.

    Raises:
        ParsingFailure: a row cannot be read; those before it are written.
    """
    Writer(OutputOptions()).write_texts(_texts(rows, dialect, written), into)


def _texts(
    rows: Rows, dialect: Mapping[str, object], written: Callable[[int], None]
) -> Iterator[Sequence[pa.StringArray]]:
    # Formats whose columns have names by nature, such as JSON, say nothing of a header row.
    if dialect.get("header_row", 1) is not None:
        found = cast("Mapping[str, str]", dialect.get("renamed_columns", {}))
        yield [pa.array([found.get(name, name)], pa.string()) for name in rows.schema.names]
    for batch in rows:
        yield cast("Sequence[pa.StringArray]", batch.columns)
        written(batch.num_rows)
