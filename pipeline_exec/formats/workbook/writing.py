"""Record batches to a workbook: whole columns become the XML of their cells and are joined at once.

Cell by cell in Python a row takes twenty times as long. No more of the sheet is held than a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pyarrow as pa

from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.errors import DestinationSizeLimit
from pipeline_exec.formats.columns import OutputColumn, output_columns
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS, column_letters
from pipeline_exec.formats.workbook.cell_xml import cells, text_cells
from pipeline_exec.formats.workbook.number_formats import GENERAL, number_format
from pipeline_exec.formats.workbook.skeleton import (
    FIRST_STYLE,
    HEADER_STYLE,
    SHEET_BEGINS,
    SHEET_ENDS,
    SHEET_PART,
    parts,
)
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

#: A tenth larger than zlib's default makes it, in a third of the time.
_COMPRESSION: Final = 2
_HEADER: Final = f' s="{HEADER_STYLE}"'


def write(rows: Rows, columns: Sequence[TargetColumn], into: Path) -> None:
    """One sheet with a header; numbers, dates, times and truth values are typed cells in the column's format.

    What a workbook cannot hold exactly is written as text: numbers of more than 15 digits, dates before March 1900,
    parts of a millisecond. Text is never a formula. The same rows make the same bytes.

    Raises:
        DestinationSizeLimit: there are more rows or columns than a sheet takes.
        WriteFileFailure: a text is longer than a cell takes.
    """
    if len(columns) > MAX_SHEET_COLUMNS:
        raise _too_large(f"{len(columns):,} columns", f"{MAX_SHEET_COLUMNS:,}")
    outputs = output_columns(columns)
    formats = [number_format(output) for output in outputs]
    own = list(dict.fromkeys(code for code in formats if code != GENERAL))
    styles = [0 if code == GENERAL else FIRST_STYLE + own.index(code) for code in formats]
    with ZipFile(into, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        for name, text in parts(own).items():
            with archive.open(name, "w") as part:
                part.write(text.encode())
        with _sheet(archive) as sheet:
            sheet.write(SHEET_BEGINS.encode())
            for piece in _rows(rows, outputs, styles):
                sheet.write(piece)
            sheet.write(SHEET_ENDS.encode())


@contextmanager
def _sheet(archive: ZipFile) -> Iterator[IO[bytes]]:
    try:
        with archive.open(SHEET_PART, "w") as sheet:
            yield sheet
    except RuntimeError as error:
        # Beyond that zipfile needs an extension of ZIP that some spreadsheet programs do not read.
        raise _too_large("more than 2 GB", "that much") from error


def _rows(rows: Rows, outputs: Sequence[OutputColumn], styles: Sequence[int]) -> Iterator[memoryview]:
    letters = [column_letters(number) for number in range(1, len(outputs) + 1)]
    keys = [pa.array([output.target.key], pa.string()) for output in outputs]
    header = [text_cells(_places(letter, 1, 1), key, _HEADER) for letter, key in zip(letters, keys, strict=True)]
    yield _row_bytes(header, 1, 1)
    first = 2
    for batch in rows:
        if first + batch.num_rows - 1 > MAX_ROWS:
            raise _too_large(f"more than {MAX_ROWS - 1:,} rows", "that many and a header")
        yield _row_bytes(
            [
                cells(output, batch, _places(letter, first, batch.num_rows), style)
                for output, letter, style in zip(outputs, letters, styles, strict=True)
            ],
            first,
            batch.num_rows,
        )
        first += batch.num_rows


def _row_bytes(columns: Sequence[pa.StringArray], first: int, count: int) -> memoryview:
    return text_bytes(concatenated('<row r="', _places("", first, count), '">', *columns, "</row>"))


def _places(letter: str, first: int, count: int) -> pa.StringArray:
    """The places of cells below one another."""
    return concatenated(letter, pa.array(np.arange(first, first + count)).cast(pa.string()))


def _too_large(what: str, limit: str) -> DestinationSizeLimit:
    return DestinationSizeLimit(
        f"The output has {what}; a sheet of a workbook takes {limit}.",
        "Set output_options.file_extension to csv, which has no such limit.",
    )
