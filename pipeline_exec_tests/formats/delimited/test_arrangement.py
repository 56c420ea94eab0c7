"""Text that is arranged for the eye."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.formats.csv import CSV
from pipeline_exec.formats.delimited.arrangement import Aligned, Framed, Spaced
from pipeline_exec.formats.delimited.ragged import surplus_cells
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.tables import cells_of, marks_of

SAP = """\
------------------------------------------
|Konto |Name         |Betrag    |Datum     |
------------------------------------------
|1000  |Kasse 5"     | 1.234,50 |01.02.2024|
|2000  |Bank         |   234,50-|02.02.2024|
|3000  |             |    34,50 |03.02.2024|
------------------------------------------
|*     |             | 1.503,50 |          |
------------------------------------------
"""
MYSQL = """\
+-----+------+--------+
| id  | name | amount |
+-----+------+--------+
|   1 | Anna |   12.5 |
|  20 |      |  112.5 |
+-----+------+--------+
"""
PSQL = """\
 id | name | amount
----+------+--------
  1 | Anna |   12.5
    | Bob  |  112.5
(2 rows)
"""
MARKDOWN = """\
| id | name | amount |
|----|:-----|-------:|
| 1 | Anna | 12.5 |
| 20 | Bob | 112.5 |
"""
REPORT = """\
Orders of May

ID     NAME            AMOUNT  DATE
-----  ------------  --------  ----------
1      Anna Meyer       12.50  2024-01-01
2      Bob O'Neil              2024-01-02
13     Cem Şahin         2.50  2024-01-03
114    Dana              0.50  2024-01-04
"""
PROCESSES = """\
USER       PID %CPU    VSZ TTY      STAT COMMAND
root         1  0.0   2616 ?        Ss   /bin/sh -c x
root        12  0.3 102616 ?        Sl   python main.py
anna       120  0.0   2616 pts/0    S+   sh
"""
TWO_WORDS = """\
ID     NAME            AMOUNT
1      Anna Meyer       12.50
2      Bob Jones       112.50
13     Cem Sahin         2.50
114    Li Wang          20.50
"""
FORTRAN = """\
   1   0.1000E+01   5.0
   2   0.1500E+01  15.0
   3  -0.1000E+01 115.0
"""
LISTING = """\
total 48
drwxr-xr-x 2 root root       4096 Nov 22 01:35 bench
-rw-r--r-- 1 root root        211 Nov 22 01:35 base.out
-rw-r--r-- 1 anna staff 122340482 Nov  2 01:36 orders.csv
-rw-r--r-- 1 root root       1915 Nov  2 01:35 a.py
"""


def read(path, text, **options):
    path.write_text(text)
    parsed = CSV.read(path, ReadOptions(**options))
    return parsed, cells_of(parsed.rows)


@pytest.mark.parametrize(
    ("text", "names", "first", "count"),
    [
        pytest.param(SAP, ["Konto", "Name", "Betrag", "Datum"], ["1000", 'Kasse 5"', "1.234,50", "01.02.2024"], 3),
        pytest.param(MYSQL, ["id", "name", "amount"], ["1", "Anna", "12.5"], 2),
        pytest.param(PSQL, ["id", "name", "amount"], ["1", "Anna", "12.5"], 2),
        pytest.param(MARKDOWN, ["id", "name", "amount"], ["1", "Anna", "12.5"], 2),
        pytest.param(REPORT, ["ID", "NAME", "AMOUNT", "DATE"], ["1", "Anna Meyer", "12.50", "2024-01-01"], 4),
        pytest.param(
            PROCESSES,
            ["USER", "PID", "%CPU", "VSZ", "TTY", "STAT", "COMMAND"],
            ["root", "1", "0.0", "2616", "?", "Ss", "/bin/sh -c x"],
            3,
        ),
        pytest.param(TWO_WORDS, ["ID", "NAME", "AMOUNT"], ["1", "Anna Meyer", "12.50"], 4),
        pytest.param(FORTRAN, ["column_1", "column_2", "column_3"], ["1", "0.1000E+01", "5.0"], 3),
    ],
    ids=["SAP", "MySQL", "psql", "Markdown", "a report", "ps", "names of two words", "Fortran"],
)
def test_what_is_arranged_for_the_eye_is_a_table(tmp_path, text, names, first, count):
    parsed, rows = read(tmp_path / "list.txt", text)
    assert (without_marks(parsed.rows.schema), rows[0], len(rows)) == (names, first, count)
    assert "irregular_rows" not in parsed.dialect


def test_cells_that_are_empty_in_a_frame_or_a_column_stay_empty(tmp_path):
    path = tmp_path / "list.txt"
    assert read(path, SAP)[1][2] == ["3000", None, "34,50", "03.02.2024"]
    assert read(path, MYSQL)[1][1] == ["20", None, "112.5"]
    assert read(path, PSQL)[1][1] == [None, "Bob", "112.5"]
    assert read(path, REPORT)[1][1] == ["2", "Bob O'Neil", None, "2024-01-02"]


def test_a_listing_of_files_is_parted_at_spaces_whatever_stands_above_it(tmp_path):
    parsed, rows = read(tmp_path / "list.txt", LISTING)
    assert parsed.dialect["delimiter"] == r"\s+"
    assert rows[3] == ["-rw-r--r--", "1", "anna", "staff", "122340482", "Nov", "2", "01:36", "orders.csv"]


def test_any_number_of_spaces_and_tabs_parts_cells_where_the_options_say_so(tmp_path):
    text = 'a \t b\n1  "x  y"\n2   z  extra "1 2"\n'
    options = {"delimiter": r"\s+", "header_row": 1}
    assert read(tmp_path / "list.txt", text, **options)[1] == [["1", "x  y"], ["2", "z"]]
    again = CSV.read(tmp_path / "list.txt", ReadOptions(**options))
    (_, (_, surplus)) = marks_of(again.rows)
    assert surplus_cells(surplus, again.dialect) == ["extra", "1 2"]


def test_of_an_arrangement_it_is_told_which(tmp_path):
    path = tmp_path / "list.txt"
    assert read(path, SAP)[0].dialect["arrangement"] == "framed"
    assert read(path, REPORT)[0].dialect["columns_at"] == [0, 7, 23, 31]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Dear Anna,\nplease find  enclosed  our\nlist of  May. It is\nso long.\n", id="prose"),
        pytest.param("a|b\n--|--\n1|2\n3|4\n" + "x,y\n" * 20, id="few bars"),
        pytest.param("note  one\nnote  two\nmemo  six\nmemo  ten\n", id="words below each other"),
        pytest.param('id|name\n1|"a --"\n2|"b  "\n3|"c"\n', id="quoted cells between bars"),
    ],
)
def test_what_is_not_clearly_arranged_is_left_as_it_is(tmp_path, text):
    dialect = read(tmp_path / "list.txt", text)[0].dialect
    assert "arrangement" not in dialect
    assert dialect["delimiter"] != r"\s+"


@given(
    rows=st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.text("abcäß.", max_size=9), min_size=width, max_size=width), min_size=1, max_size=9
        )
    )
)
def test_aligned_cells_are_the_cells_that_were_aligned(rows):
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    ends = [sum(widths[: at + 1]) for at in range(len(widths) - 1)]
    aligned = Aligned([(end - 2, end) for end in ends])
    for row in rows:
        line = "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        assert aligned.cells(line) == row
        assert aligned.cells(line.rstrip()) == row


def test_a_cell_that_is_longer_than_its_column_loses_nothing():
    aligned = Aligned([(4, 8), (12, 14)])
    assert aligned.cells("abcdef  123   x") == ["abcdef", "123", "x"]
    assert aligned.cells("abc    12345  x") == ["abc", "12345", "x"]
    assert aligned.cells("abcdefghijkl  x") == ["abcdefghijkl", "", "x"]


def test_a_title_across_columns_stays_whole():
    assert Aligned([(4, 8), (12, 14), (20, 22)]).cells("Report of May") == ["Report of May", "", "", ""]


@pytest.mark.parametrize("arrangement", [Framed(True), Spaced('"'), Aligned([(4, 6), (9, 12)])], ids=["F", "S", "A"])
@pytest.mark.parametrize("text", ["-", " ", "|", " |", '"', ' "', "- \n", "=x", "\t"])
def test_hostile_lines_take_no_long_time(arrangement, text):
    begun = time.process_time()
    arrangement.plain(text * 200_000 + "x")
    assert time.process_time() - begun < 2
