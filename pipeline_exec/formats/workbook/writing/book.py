"""Record batches to a workbook: whole columns become the XML of their cells and are joined at once.

Cell by cell in Python a row takes twenty times as long. No more of the sheet is held than a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa

from pipeline_exec.dataplane.formulas import neutralised
from pipeline_exec.dataplane.output_columns import OutputColumn, output_columns
from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS, column_letters
from pipeline_exec.formats.workbook.writing.cell_xml import cells, places, row_bytes, text_cells
from pipeline_exec.formats.workbook.writing.number_formats import GENERAL, number_format
from pipeline_exec.formats.workbook.writing.skeleton import (
    FIRST_STYLE,
    HEADER_STYLE,
    SHEET_ENDS,
    parts,
    sheet_begins,
    sheet_part,
)
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

#: A tenth larger than zlib's default makes it, in a third of the time.
_COMPRESSION: Final = 2
_BOLD: Final = f' s="{HEADER_STYLE}"'


def write(rows: Rows, columns: Sequence[TargetColumn], into: Path, options: OutputOptions) -> None:
    """One sheet, with a header unless the options say none.

    Numbers, dates, times and truth values are typed cells in the column's format. What a workbook cannot hold exactly
    is written as text: numbers of more than 15 digits, dates before March 1900, parts of a millisecond. Text is never a
    formula. The same rows make the same bytes.

    Raises:
        WriteFileFailure: there are more rows or columns than a sheet takes, or a text is longer than a cell takes.
    """
    if len(columns) > MAX_SHEET_COLUMNS:
        raise _too_large(f"{len(columns):,} columns", f"{MAX_SHEET_COLUMNS:,}")
    outputs = output_columns(columns, neutralise=options.neutralise_formulas)
    formats = [number_format(output) for output in outputs]
    own = list(dict.fromkeys(code for code in formats if code != GENERAL))
    styles = [0 if code == GENERAL else FIRST_STYLE + own.index(code) for code in formats]
    with ZipFile(into, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        for name, text in parts(own, [options.sheet]).items():
            with archive.open(name, "w") as part:
                part.write(text.encode())
        with _sheet(archive) as sheet:
            sheet.write(sheet_begins(is_frozen=options.header).encode())
            header = _header(columns, options) if options.header else None
            for piece in _rows(rows, outputs, styles, header):
                sheet.write(piece)
            sheet.write(SHEET_ENDS.encode())


@contextmanager
def _sheet(archive: ZipFile) -> Iterator[IO[bytes]]:
    try:
        with archive.open(sheet_part(1), "w") as sheet:
            yield sheet
    except RuntimeError as error:
        # Beyond that zipfile needs an extension of ZIP that some spreadsheet programs do not read.
        raise _too_large("more than 2 GB", "that much") from error


def _header(columns: Sequence[TargetColumn], options: OutputOptions) -> memoryview:
    keys = [pa.array([column.key], pa.string()) for column in columns]
    keys = [neutralised(key) for key in keys] if options.neutralise_formulas else keys
    style = _BOLD if options.header_style == "bold" else ""
    cells_of_keys = [
        text_cells(places(column_letters(number), 1, 1), key, style) for number, key in enumerate(keys, start=1)
    ]
    return row_bytes(cells_of_keys, 1, 1)


def _rows(
    rows: Rows, outputs: Sequence[OutputColumn], styles: Sequence[int], header: memoryview | None
) -> Iterator[memoryview]:
    letters = [column_letters(number) for number in range(1, len(outputs) + 1)]
    first = 1
    if header is not None:
        yield header
        first = 2
    for batch in rows:
        if first + batch.num_rows - 1 > MAX_ROWS:
            raise _too_large(f"more than {MAX_ROWS - 1:,} rows", "that many and a header")
        yield row_bytes(
            [
                cells(output, batch, places(letter, first, batch.num_rows), style)
                for output, letter, style in zip(outputs, letters, styles, strict=True)
            ],
            first,
            batch.num_rows,
        )
        first += batch.num_rows


def _too_large(what: str, limit: str) -> WriteFileFailure:
    return WriteFileFailure(
        f"The output has {what}; a sheet of a workbook takes {limit}.",
        "Set output_options.file_extension to csv, which has no such limit.",
    )
