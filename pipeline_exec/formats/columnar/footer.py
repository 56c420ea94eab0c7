"""What a Parquet file says of itself, held against what may be read, before any of it is.

Of the metadata of columns within groups of rows nothing is asked: where they are damaged, the library ends the process
(pyarrow 26, ``RowGroupMetaData.column``).
"""

from __future__ import annotations

from typing import Final

from pyarrow.parquet import FileMetaData

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.limits import UNSUSPICIOUS_BYTES
from pipeline_exec.model.limits import ReadLimits

#: What is read at a time: so many rows, or so many bytes in the file.
_MOST_ROWS: Final = 65_536
_BATCH_BYTES: Final = 16 * 1024**2


def check_footer(footer: FileMetaData, packed: int, limits: ReadLimits) -> None:
    """Refuse a file that is far larger than it looks.

    Args:
        footer: What it says.
        packed: Its bytes.
        limits: What it may hold.

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
    _check_size(packed, sum(size for size, _ in _groups(footer)), limits)


def texts(footer: FileMetaData) -> list[str]:
    """The columns of text and bytes.

    One value of theirs may stand for many rows, so that written out they may be far larger than in the file.
    """
    columns = (footer.schema.column(number) for number in range(footer.num_columns))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def rows_at_once(footer: FileMetaData) -> int:
    """How many rows are read at a time, so that as a rule they take no more than some megabytes."""
    largest = max((size // max(rows, 1) for size, rows in _groups(footer)), default=0)
    return max(1, min(_MOST_ROWS, _BATCH_BYTES // max(1, largest + int(footer.num_columns))))


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


def _groups(footer: FileMetaData) -> list[tuple[int, int]]:
    """Bytes unpacked and rows of each group of rows."""
    groups = (footer.row_group(number) for number in range(footer.num_row_groups))
    return [(group.total_byte_size, group.num_rows) for group in groups]
