"""Headers of merged cells and of several rows."""

import openpyxl

from pipeline_exec_tests.formats.workbooks import read


def sheet(path, rows, *merged):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return read(path)


def test_a_title_over_several_columns_is_part_of_each_name(path):
    rows = [["Region", "2024", None, "2025", None], [None, "Q1", "Q2", "Q1", "Q2"], ["South", 1, 2, 3, 4]]
    dialect, names, read_rows = sheet(path, rows, "A1:A2", "B1:C1", "D1:E1")
    assert names == ["Region", "2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2"]
    assert read_rows == [["South", "1", "2", "3", "4"]]
    assert (dialect["header_row"], dialect["header_rows"]) == (1, 2)


def test_groups_of_groups_are_joined_from_top_to_bottom(path):
    rows = [
        ["Id", "Sales", None, None, None],
        [None, "2024", None, "2025", None],
        [None, "Q1", "Q2", "Q1", "Q2"],
        ["a", 1, 2, 3, 4],
    ]
    _, names, read_rows = sheet(path, rows, "A1:A3", "B1:E1", "B2:C2", "D2:E2")
    assert names == ["Id", "Sales 2024 Q1", "Sales 2024 Q2", "Sales 2025 Q1", "Sales 2025 Q2"]
    assert read_rows == [["a", "1", "2", "3", "4"]]


def test_a_title_over_the_whole_table_is_no_part_of_its_names(path):
    rows = [["Report of May", None, None], [None, "Sales", None], ["Id", "Net", "Gross"], ["a", 1, 2]]
    dialect, names, read_rows = sheet(path, rows, "A1:C1", "B2:C2")
    assert (dialect["header_row"], names) == (2, ["Id", "Sales Net", "Sales Gross"])
    assert read_rows == [["a", "1", "2"]]


def test_a_title_over_the_first_columns_alone_is_a_title(path):
    rows = [["Report of May", None, None], ["Id", "Net", "Gross"], ["a", 1, 2], ["b", 3, 4]]
    dialect, names, _ = sheet(path, rows, "A1:B1")
    assert (dialect["header_row"], names) == (2, ["Id", "Net", "Gross"])


def test_merged_cells_below_the_header_leave_it_as_it_is(path):
    rows = [["Id", "Net", "Gross"], ["a", 1, None], ["b", 3, 4]]
    _, names, read_rows = sheet(path, rows, "B2:C2")
    assert names == ["Id", "Net", "Gross"]
    assert read_rows == [["a", "1", None], ["b", "3", "4"]]


def test_the_row_that_is_wanted_brings_its_group_with_it(path):
    rows = [["Notes"], [None, "Sales", None], ["Id", "Net", "Gross"], ["a", 1, 2]]
    sheet(path, rows, "B2:C2")
    dialect, names, _ = read(path, header_row=3)
    assert (dialect["header_row"], names) == (2, ["Id", "Sales Net", "Sales Gross"])


def test_a_header_has_as_many_rows_as_the_options_say(path):
    rows = [["Id", "Sales", "Sales"], ["key", "net", "gross"], ["a", "b", "c"]]
    sheet(path, rows)
    assert read(path, header_row=1, header_rows=2)[1:] == (
        ["Id key", "Sales net", "Sales gross"],
        [["a", "b", "c"]],
    )
    assert read(path, header_row=1, header_rows=1)[1][0] == "Id"
