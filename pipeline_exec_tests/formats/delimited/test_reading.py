"""What a pass through a file tells of it beside its rows."""

import pytest

from pipeline_exec.formats.csv import CSV
from pipeline_exec.model.pipeline import ReadOptions

ROWS = "".join(f"{number},name {number},{number * 3}\n" for number in range(30))
TABLE = f"id,name,total\n{ROWS}"


@pytest.mark.parametrize(
    ("row", "met"),
    [
        pytest.param("31;name 31;93", {"other_delimiter": 1}, id="a row with another delimiter"),
        pytest.param('31,"name" 31,93', {"stray_quotes": 1}, id="a row with a stray quote"),
        pytest.param("31,name 31", {"missing_cells": 1}, id="a short row"),
    ],
)
def test_what_is_met_above_a_second_table_is_counted_once(tmp_path, row, met):
    path = tmp_path / "orders.csv"
    path.write_text(f"{TABLE}{row}\n{ROWS}{TABLE}")

    parsed = CSV.read(path, ReadOptions())

    assert sum(batch.num_rows for batch in parsed.rows) == 61
    assert parsed.dialect["irregular_rows"] == met
    assert [table["line"] for table in parsed.dialect["tables"]] == [63]
