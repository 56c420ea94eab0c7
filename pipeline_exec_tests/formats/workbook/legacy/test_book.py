"""Workbooks of before 2007."""

import subprocess
import sys

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec_tests.formats.workbooks import read, xls_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_texts_truth_values_errors_and_formulas_are_read(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for column, value in enumerate(["text", "truth", "small", "large", "negative"]):
        sheet.write(0, column, value)
    for column, value in enumerate(["Łódź 🙂", True, 7, 2**40 + 0.5, -12.34]):
        sheet.write(1, column, value)
    sheet.write(2, 0, "x" * 9_000)
    sheet.row(2).set_cell_error(1, "#DIV/0!")
    sheet.row(2).set_cell_number(3, 0.1)
    book.save(str(path))
    assert read(path)[2] == [
        ["Łódź 🙂", "true", "7", "1099511627776.5", "-12.34"],
        ["x" * 9_000, "#DIV/0!", None, "0.1", None],
    ]


def test_sheets_are_chosen_and_merged_titles_joined_as_in_newer_workbooks(path):
    book = xlwt.Workbook()
    hidden, sheet = book.add_sheet("Hidden"), book.add_sheet("Däta")
    hidden.visibility = 1
    hidden.write(0, 0, "no")
    hidden.write(1, 0, 1)
    sheet.write_merge(0, 0, 1, 2, "2024")
    for column, name in enumerate(["Id", "Q1", "Q2"]):
        sheet.write(1, column, name)
        sheet.write(2, column, column)
    book.save(str(path))
    dialect, names, rows = read(path)
    assert (dialect["format"], dialect["sheet"], names) == ("xls", "Däta", ["Id", "2024 Q1", "2024 Q2"])
    assert rows == [["0", "1", "2"]]
    assert read(path, sheet="hidden", header_row=1)[2] == [["1"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (OLE + bytes(1_000), "damaged"),
        (b"id,name\n1,Anna\n", "should be an XLS workbook, but is not one"),
    ],
    ids=["a compound file of nothing", "text"],
)
def test_what_is_none_says_what_it_is(path, content, says):
    path.write_bytes(content)
    with pytest.raises(ParsingFailure, match=says):
        read(path, format="xls")


@pytest.mark.parametrize(
    ("kind", "at", "value"),
    [(0x200, 4, b"\xff\xff\xff\xff\x00\x00\xff\xff"), (0x203, 0, b"\xff\xff\xff\xff")],
    ids=["a reach of all the cells there can be", "a number beyond the last column"],
)
def test_no_room_is_taken_for_cells_that_are_not_there(path, kind, at, value):
    whole = bytearray(xls_of(path, (1 / 3, "0.00"), (2 / 3, "0.00")).read_bytes())
    place = record_at(whole, kind) + at
    whole[place : place + len(value)] = value
    path.write_bytes(whole)
    code = "import sys; from pathlib import Path; from pipeline_exec_tests.formats.workbooks import read"
    code += "; read(Path(sys.argv[1]))"
    ended = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert ended.returncode == 0 or "ParsingFailure" in ended.stderr, ended.stderr


def record_at(whole, kind):
    """Where the data of the last record of this kind stands."""
    return whole.rindex(kind.to_bytes(2, "little") + {0x200: b"\x0e\x00", 0x203: b"\x0e\x00"}[kind]) + 4


@given(at=st.floats(0, 1), bits=st.integers(1, 255), length=st.sampled_from([0, 1, 1, 1, 500]))
def test_damage_anywhere_is_rows_or_a_parsing_failure(path, at, bits, length):
    whole = bytearray(xls_of(path, *((number, "0.00") for number in range(40))).read_bytes())
    place = int(at * (len(whole) - 1))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ bits]) + whole[place + 1 :] if length else whole[:place])
    try:
        read(path, format="xls")
    except (ParsingFailure, SourceDataEmpty) as error:
        assert error.remedy  # noqa: PT017
