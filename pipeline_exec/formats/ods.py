"""OpenDocument spreadsheets, of LibreOffice and others, which are read only."""

from __future__ import annotations

from typing import Final

from pipeline_exec.formats.read_only import ReadOnlyWorkbook
from pipeline_exec.formats.workbook.opendocument.book import open_document_book
from pipeline_exec.ports import Format

ODS: Final[Format] = ReadOnlyWorkbook(
    "ods", ("ods",), ("application/vnd.oasis.opendocument.spreadsheet",), open_document_book
)
