"""A sheet of a workbook to record batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.formats.batches import text_schema, with_data
from pipeline_exec.formats.header import column_names, renamed
from pipeline_exec.formats.workbook.bounds import MAX_ROWS
from pipeline_exec.formats.workbook.sheets.book import Book, chosen
from pipeline_exec.formats.workbook.sheets.heading import find_heading
from pipeline_exec.formats.workbook.sheets.sheet import Sheet
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Parsed

#: Rows looked at to find the header.
_SAMPLE: Final = 100


def read_book(book: Book, options: ReadOptions, format_name: str) -> Parsed:
    """The rows of a sheet as text.

    Raises:
        ParsingFailure: the workbook cannot be read, or has no such sheet or row.
        SourceDataEmpty: there is no row of data.
    """
    sheet = chosen(book, options.sheet)
    sample = list(islice(sheet.rows(), _SAMPLE))
    heading = find_heading(sample, sheet.merged, sheet.columns, options.header_row, options.header_rows)
    found = heading.names if heading else []
    names = column_names(found, len(sheet.columns))
    schema = text_schema(names)
    first = heading.last + 1 if heading else 1
    footer = _last_numbers(sheet, first, options.footer_rows or 0)
    dialect: dict[str, object] = {
        "format": format_name,
        "sheet": sheet.name,
        "header_row": heading.first if heading else None,
        "columns": len(names),
        **({"header_rows": heading.last - heading.first + 1} if heading and heading.last > heading.first else {}),
        **renamed(names, found),
        **sheet.formulas.described,
        **({"footer": {"rows": len(footer), "first_row": footer[0]}} if footer else {}),
    }
    rows = Rows(schema, _Batches(sheet, schema, range(first, footer[0] if footer else MAX_ROWS + 1)))
    return Parsed(with_data(rows), dialect)


def _last_numbers(sheet: Sheet, first: int, count: int) -> Sequence[int]:
    """The numbers of so many rows at the end of a sheet, none of them above the first."""
    if not count:
        return []
    numbers = np.concatenate([block.numbers for block in sheet.blocks])
    found: list[int] = numbers[numbers >= first][-count:].tolist()
    return found


@dataclass(frozen=True)
class _Batches:
    """Some rows of a sheet."""

    sheet: Sheet
    schema: pa.Schema
    numbers: range
    """Those of the rows."""

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for block in self.sheet.blocks:
            batch = pa.record_batch(block.cells(self.sheet.columns), schema=self.schema)
            begins, ends = np.searchsorted(block.numbers, [self.numbers.start, self.numbers.stop]).tolist()
            yield batch.slice(begins, ends - begins)
