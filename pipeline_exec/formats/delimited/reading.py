"""Delimited text to record batches, by Arrow's parser: Python touches none but irregular rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow.csv import CSVStreamingReader

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.batches import text_schema
from pipeline_exec.formats.decoding import open_utf8
from pipeline_exec.formats.delimited.arrow import open_stream
from pipeline_exec.formats.delimited.dialect import Dialect
from pipeline_exec.formats.delimited.ragged import BadRecord, Ragged
from pipeline_exec.formats.delimited.records import LARGEST_CELL, line_of
from pipeline_exec.model.rows import Rows

#: Bytes parsed at a time; also the longest record there may be.
BLOCK_BYTES: Final = LARGEST_CELL

#: The first cell of a record added behind the last one. When it does not come out at the end, a quote that was never
#: closed has swallowed it and everything before it.
_SEAL: Final = "\x04"


def read(path: Path, dialect: Dialect, block_bytes: int = BLOCK_BYTES) -> Rows:
    """All records behind the header, as they stand. Empty cells are null, missing cells too; blank lines are no rows.

    Raises:
        ParsingFailure: while iterating, at a row with more cells than the header (unless those are empty), a quote
            that is never closed, or a record of more than ``block_bytes``; it names the line.
    """
    schema = text_schema(dialect.names)
    return Rows(schema, _batches(path, dialect, schema, block_bytes))


def _batches(path: Path, dialect: Dialect, schema: pa.Schema, block_bytes: int) -> Iterator[pa.RecordBatch]:
    ragged = Ragged(dialect.syntax, len(dialect.names))
    try:
        with open_utf8(path, dialect.encoding) as file:
            file.read(dialect.data_start)
            source = pa.PythonFile(_Sealed(file, dialect), mode="r")
            reader = open_stream(source, dialect.syntax, dialect.regular_width, block_bytes, ragged.keep)
            for batch in _unsealed(reader, ragged):
                rows = ragged.put_back(batch)
                if rows.num_rows:
                    yield pa.record_batch(rows.columns, schema=schema)
    except BadRecord as bad:
        raise _failure(path, dialect, bad) from None
    except pa.ArrowInvalid as error:
        raise _failure(path, dialect, _stopped(ragged, block_bytes, error)) from error


class _Sealed:
    """The records of a file, and one more behind them."""

    closed = False

    def __init__(self, file: BinaryIO, dialect: Dialect) -> None:
        self._file = file
        # The line break in front is a blank line, and so nothing, where the file ends with one.
        self._seal = f"\n{_SEAL}{dialect.syntax.separator * (dialect.regular_width - 1)}\n".encode()
        self._carried = b""

    def read(self, size: int) -> bytes:
        room = size - len(self._carried)
        piece = self._file.read(room)
        if not piece:
            piece, self._seal = self._seal[:room], self._seal[room:]
        piece, self._carried = self._carried + piece, b""
        # Where a block ends between \r and \n, Arrow drops the \n, even inside quotes.
        if piece.endswith(b"\r") and len(piece) > 1:
            piece, self._carried = piece[:-1], b"\r"
        return piece

    def close(self) -> None:
        self.closed = True


def _unsealed(reader: CSVStreamingReader, ragged: Ragged) -> Iterator[pa.RecordBatch]:
    """The batches without the seal; where the parser gives up, those before come first."""
    last: pa.RecordBatch | None = None
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            break
        except pa.ArrowInvalid:
            if last is not None:
                yield last
            raise
        if last is not None:
            yield last
        last = batch
    rows = last.num_rows if last is not None else 0
    if last is None or not rows or last.column(0)[rows - 1].as_py() != _SEAL:
        raise BadRecord(
            ragged.records + rows, "opens a quote that is never closed", "Close it, or set read_options.quote."
        )
    yield last.slice(0, rows - 1)


def _stopped(ragged: Ragged, block_bytes: int, error: pa.ArrowInvalid) -> BadRecord:
    if ragged.is_overflowing:
        return BadRecord(
            ragged.first_waiting,
            "and those behind it do not have the number of cells the file began with",
            "Check whether the file holds a second table, and send that on its own.",
        )
    is_long = "straddling" in str(error)
    return BadRecord(
        ragged.records + 1,
        f"begins a record of more than {block_bytes:,} bytes" if is_long else "cannot be parted into cells",
        "A quote that opens there may never be closed: close it, or set read_options.quote.",
    )


def _failure(path: Path, dialect: Dialect, bad: BadRecord) -> ParsingFailure:
    with open_utf8(path, dialect.encoding) as file:
        file.read(dialect.data_start)
        with io.TextIOWrapper(file, "utf-8", newline="") as lines:
            line = line_of(lines, dialect.syntax, bad.number)
    where = (
        f"Record {bad.number:,} of the file" if line is None else f"Line {dialect.data_line - 1 + line:,} of the file"
    )
    return ParsingFailure(f"{where} {bad.what}.", bad.remedy)
