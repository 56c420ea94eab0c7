"""Rows below the table of a sheet."""

import pytest

from pipeline_exec.errors import SourceDataEmpty
from pipeline_exec_tests.formats.workbooks import read, workbook

ROWS = [["name", "sum"], ["Anna", 1], ["Ben", 2], [None, None], ["Total", 3], ["Checked by", "C. D."]]


def test_rows_below_the_table_are_read_where_nothing_is_said_of_them(path):
    dialect, _, rows = read(workbook(path, ("S", ROWS)))
    assert [row[0] for row in rows] == ["Anna", "Ben", "Total", "Checked by"]
    assert "footer" not in dialect


@pytest.mark.parametrize(
    ("footer_rows", "names", "told"),
    [
        (0, ["Anna", "Ben", "Total", "Checked by"], None),
        (1, ["Anna", "Ben", "Total"], {"rows": 1, "first_row": 6}),
        (2, ["Anna", "Ben"], {"rows": 2, "first_row": 5}),
    ],
    ids=["none", "one", "two"],
)
def test_as_many_rows_as_are_given_are_left_out(path, footer_rows, names, told):
    dialect, _, rows = read(workbook(path, ("S", ROWS)), footer_rows=footer_rows)
    assert [row[0] for row in rows] == names
    assert dialect.get("footer") == told


def test_they_may_reach_over_blocks(path):
    values = [[number] for number in range(40_000)]
    dialect, _, rows = read(workbook(path, ("S", [["x", "y"], *values, ["Total"]])), header_row=1, footer_rows=1_000)
    assert (len(rows), rows[-1][0]) == (39_001, "39000")
    assert dialect["footer"] == {"rows": 1_000, "first_row": 39_003}


@pytest.mark.parametrize("footer_rows", [4, 900], ids=["all rows", "more rows than there are"])
def test_the_header_is_none_of_them(path, footer_rows):
    with pytest.raises(SourceDataEmpty):
        read(workbook(path, ("S", ROWS)), footer_rows=footer_rows)
