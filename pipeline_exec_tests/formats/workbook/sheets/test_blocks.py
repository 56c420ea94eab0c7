"""Rows set aside until their whole sheet is known."""

import pytest

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.tables import cells_of
from pipeline_exec_tests.formats.workbooks import read, workbook


def test_many_rows_are_set_aside_in_a_file_and_read_back(path, monkeypatch):
    monkeypatch.setattr("pipeline_exec.formats.workbook.sheets.blocks._IN_MEMORY", 1_000)
    monkeypatch.setattr("pipeline_exec.formats.workbook.package.list_xml._CHUNK", 5_000)
    rows = [[number, f"name {number}", *([number] if number == 400 else [])] for number in range(500)]
    workbook(path, ("S", [["id", "name"], *rows]))
    _, names, found = read(path, header_row=1)
    assert names == ["id", "name", "column_3"]
    assert found == [[str(row[0]), row[1], "400" if row[0] == 400 else None] for row in rows]


def test_a_sheet_with_more_rows_than_the_limit_is_refused(path):
    workbook(path, ("S", [["id", "name"], *([number, "x"] for number in range(20))]))
    from_limits = type(FORMATS)({"xlsx": "pipeline_exec.formats.xlsx:XLSX"}, ReadLimits(max_rows=10))
    with pytest.raises(ParsingFailure, match="more than 10 rows"):
        cells_of(from_limits.read(path, "book.xlsx", ReadOptions()).rows)
