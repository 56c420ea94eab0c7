"""A sheet of a workbook to record batches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.batches import batches_of, text_schema, with_data
from pipeline_exec.formats.header import column_names, locate, renamed
from pipeline_exec.formats.workbook.cells import cell_text, cells_text
from pipeline_exec.formats.workbook.sheets import Row, load
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Parsed

#: Rows looked at to find the header.
_SAMPLE: Final = 100


def read(path: Path, options: ReadOptions, format_name: str) -> Parsed:
    """The rows of a sheet as text.

    Raises:
        ParsingFailure: the workbook cannot be read, or has no such sheet or row.
        SourceDataEmpty: there is no row of data.
    """
    sheet = load(path, options.sheet)
    header = _header(list(islice(sheet.rows(), _SAMPLE)), options.header_row)
    found = [cell_text(cell) for cell in header.cells] if header else []
    names = column_names(found, sheet.width)
    data_from = header.number + 1 if header else 1
    schema = text_schema(names)
    records = (row.cells for row in sheet.rows() if row.number >= data_from)
    dialect: dict[str, object] = {
        "format": format_name,
        "sheet": sheet.name,
        "header_row": header.number if header else None,
        "columns": len(names),
        **renamed(names, found),
    }
    return Parsed(with_data(Rows(schema, batches_of(schema, records, cells_text))), dialect)


def _header(sample: Sequence[Row], wanted: Literal["auto"] | int | None) -> Row | None:
    if wanted is None:
        return None
    if wanted == "auto":
        at = locate([_without_end([cell_text(cell) for cell in row.cells]) for row in sample])
        return None if at is None else sample[at]
    row = next((row for row in sample if row.number >= wanted), None)
    if row is None:
        raise ParsingFailure(f"The sheet has no row {wanted:,} near its beginning.", "Correct read_options.header_row.")
    return row


def _without_end(cells: list[str]) -> list[str]:
    """The cells up to the last filled one: a sheet has no shorter rows, however few cells a title has."""
    filled = max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:filled]
