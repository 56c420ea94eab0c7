"""What a Parquet file says of itself, held against what may be read, before any of it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyarrow.parquet import ColumnChunkMetaData, ColumnSchema, FileMetaData

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.limits import UNSUSPICIOUS_BYTES
from pipeline_exec.model.limits import ReadLimits

#: Values of lists in one group of rows. A row is held whole, with all its list.
_MOST_LISTED: Final = 64_000_000
#: What is read at a time: so many rows, or so many bytes in the file.
_MOST_ROWS: Final = 65_536
_BATCH_BYTES: Final = 16 * 1024**2


def check_footer(footer: FileMetaData, limits: ReadLimits) -> None:
    """Refuse a file that is far larger than it looks.

    Raises:
        ParsingFailure: it has too many rows or columns, or unpacks to too much.
    """
    if footer.num_rows > limits.max_rows:
        raise ParsingFailure(
            f"The Parquet file has {footer.num_rows:,} rows; at most {limits.max_rows:,} are read.",
            "Split it, or raise PIPELINE_EXEC_MAX_ROWS.",
        )
    if footer.num_columns > limits.max_columns:
        raise ParsingFailure(
            f"The Parquet file has {footer.num_columns:,} columns; at most {limits.max_columns:,} are read.",
            "Split it, or raise PIPELINE_EXEC_MAX_COLUMNS.",
        )
    listed = {column.path for column in _columns(footer) if column.max_repetition_level}
    packed = unpacked = 0
    for chunk in _chunks(footer):
        packed += chunk.total_compressed_size
        unpacked += chunk.total_uncompressed_size
        if chunk.num_values > _MOST_LISTED and chunk.path_in_schema in listed:
            raise ParsingFailure(
                f'The Parquet file has lists of {chunk.num_values:,} values in column "{chunk.path_in_schema}".',
                "Write it with smaller groups of rows.",
            )
    _check_size(packed, unpacked, limits)


def shared_texts(footer: FileMetaData) -> list[str]:
    """The columns whose values stand once for many rows: written out they may be far larger than in the file."""
    return list(dict.fromkeys(chunk.path_in_schema for chunk in _chunks(footer) if _has_dictionary(chunk)))


def rows_at_once(footer: FileMetaData) -> int:
    """How many rows are read at a time, so that as a rule they take no more than some megabytes."""
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    largest: int = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
    return max(1, min(_MOST_ROWS, int(_BATCH_BYTES // (largest + footer.num_columns))))


def _check_size(packed: int, unpacked: int, limits: ReadLimits) -> None:
    if unpacked > limits.max_unpacked_size:
        raise ParsingFailure(
            f"The Parquet file unpacks to {unpacked:,} bytes; at most {limits.max_unpacked_size:,} are read.",
            "Split it, or raise PIPELINE_EXEC_MAX_UNPACKED_SIZE.",
        )
    if unpacked > UNSUSPICIOUS_BYTES and unpacked > packed * limits.max_unpack_ratio:
        raise ParsingFailure(
            f"The Parquet file unpacks to more than {limits.max_unpack_ratio:,} times its size.",
            "Write it without compression, or raise PIPELINE_EXEC_MAX_UNPACK_RATIO.",
        )


def _has_dictionary(chunk: ColumnChunkMetaData) -> bool:
    return chunk.physical_type == "BYTE_ARRAY" and any("DICTIONARY" in encoding for encoding in chunk.encodings)


def _columns(footer: FileMetaData) -> Iterator[ColumnSchema]:
    return (footer.schema.column(number) for number in range(footer.num_columns))


def _chunks(footer: FileMetaData) -> Iterator[ColumnChunkMetaData]:
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        for column in range(group.num_columns):
            yield group.column(column)
