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


def test_a_wide_row_of_two_lines_above_a_second_table_stays_one_row(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a,b\n" + "1,2\n" * 300 + '1,"x\ny",,,,,,,7\na,b\n' + "3,4\n" * 5)

    parsed = CSV.read(path, ReadOptions())

    assert [row for batch in parsed.rows for row in batch.to_pylist()][-1]["b"] == "x\ny"
    assert parsed.dialect["irregular_rows"] == {"surplus_cells": 1}
    assert parsed.dialect["tables"] == [{"line": 304, "columns": 2, "rows": 6}]


def test_a_wrong_byte_costs_a_character_and_no_row(tmp_path):
    path = tmp_path / "towns.csv"
    rows = "".join(f"{number},Köln,Straße {number}\n" for number in range(400))
    path.write_bytes(f"id,town,street\n{rows}".encode() + b"401,M\xfcnchen,Weg 1\n" + rows.encode())

    parsed = CSV.read(path, ReadOptions())
    towns = [town for batch in parsed.rows for town in batch["town"].to_pylist()]

    assert (len(towns), towns[400], set(towns)) == (801, "M\ufffdnchen", {"Köln", "M\ufffdnchen"})
    assert parsed.dialect["encoding"] == "utf-8"
    wrong = parsed.dialect["wrong_bytes_replaced"]
    assert (wrong["count"], wrong["line"], path.read_bytes()[wrong["byte"]]) == (1, 402, 0xFC)


@pytest.mark.parametrize(
    ("total", "is_footer"),
    [
        pytest.param("Total: Account,,7,1.50", True, id="no text behind the word"),
        pytest.param("Total,Gas station,7,1.50", False, id="text in a further column"),
    ],
)
def test_a_total_with_values_is_a_footer_where_columns_of_text_are_empty(tmp_path, total, is_footer):
    path = tmp_path / "campaigns.csv"
    path.write_text("Campaign,Group,Clicks,Cost\nBrand,Core,3,0.50\nBrand,Shoes,2,0.60\nGeneric,Boots,2,0.40\n" + total)

    parsed = CSV.read(path, ReadOptions())

    assert sum(batch.num_rows for batch in parsed.rows) == (3 if is_footer else 4)
    assert parsed.dialect.get("footer", {}).get("lines") == ([total] if is_footer else None)
