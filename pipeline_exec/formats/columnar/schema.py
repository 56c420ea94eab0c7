"""The columns of a file with nested ones: each struct is as many columns as it has parts."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types


def column_paths(schema: pa.Schema) -> list[str]:
    """The dotted names of the columns, in their order."""
    return [path for field in schema for path in _paths(field, "")]


def leaves(batch: pa.RecordBatch) -> Iterator[pa.Array]:
    """The columns of a batch, those within structs on their own; null where the struct is."""
    for column in batch.columns:
        yield from _leaves(column)


def size_as_text(column: pa.Array) -> int:
    """About how many bytes a column takes once values that many rows share are written out."""
    kind = column.type
    if types.is_dictionary(kind):
        lengths = pc.fill_null(pc.binary_length(column.dictionary), 0)
        return int(pc.sum(lengths.take(column.indices)).as_py() or 0)
    if types.is_struct(kind) or types.is_list(kind) or types.is_large_list(kind):
        inner = column.flatten()
        return sum(map(size_as_text, inner if isinstance(inner, list) else [inner]))
    if types.is_map(kind):
        return size_as_text(column.keys) + size_as_text(column.items)
    return int(column.nbytes)


def _paths(field: pa.Field, prefix: str) -> Iterator[str]:
    if types.is_struct(field.type):
        for inner in field.type:
            yield from _paths(inner, f"{prefix}{field.name}.")
    else:
        yield prefix + field.name


def _leaves(column: pa.Array) -> Iterator[pa.Array]:
    if types.is_struct(column.type):
        for inner in column.flatten():
            yield from _leaves(inner)
    else:
        yield column
