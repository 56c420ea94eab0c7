"""Workbooks of Excel 5.0 to 2003, which are read only."""

from __future__ import annotations

from typing import Final

from pipeline_exec.formats.read_only import ReadOnlyWorkbook
from pipeline_exec.formats.workbook.legacy.book import open_binary_book
from pipeline_exec.ports import Format

XLS: Final[Format] = ReadOnlyWorkbook("xls", ("xls",), ("application/vnd.ms-excel",), open_binary_book)
