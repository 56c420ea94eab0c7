"""Output options of delimited text and workbooks, as they come out in the file."""

from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given

from pipeline_exec.errors import InvalidDocument, WriteFileFailure
from pipeline_exec.formats.csv import CSV
from pipeline_exec.formats.xlsx import XLSX
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec_tests.formats.tables import column, rows_of, tables, text_columns


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.csv"


def written(path, records, columns=None, **options):
    columns = columns or text_columns(*"ab"[: len(records[0])])
    CSV.write(rows_of(columns, records), columns, path, OutputOptions(**options))
    return path.read_bytes().decode(options.get("encoding", "utf-8"))


ROW = ["a;|b", 'say "hi"']


@pytest.mark.parametrize(
    ("options", "line"),
    [
        pytest.param({}, 'a;|b,"say ""hi"""\n', id="the default"),
        pytest.param({"delimiter": "||"}, '"a;|b"||"say ""hi"""\n', id="a delimiter of two characters"),
        pytest.param({"quoting": "all"}, '"a;|b","say ""hi"""\n', id="all quoted"),
        pytest.param({"escape": "\\"}, 'a;|b,"say \\"hi\\""\n', id="quotes escaped"),
        pytest.param(
            {"quoting": "none", "escape": "\\", "delimiter": ";"}, 'a\\;|b;say \\"hi\\"\n', id="nothing quoted"
        ),
        pytest.param({"record_end": "\r\n"}, 'a;|b,"say ""hi"""\r\n', id="lines as in Windows"),
        pytest.param({"quote": "'"}, 'a;|b,say "hi"\n', id="another quote"),
    ],
)
def test_rows_are_written_as_the_options_say(path, options, line):
    assert written(path, [ROW], header=False, **options) == line


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ({}, ["x,", "NULL,"]),
        ({"null": "NULL"}, ["x,NULL", '"NULL",NULL']),
        ({"quoting": "all"}, ['"x",', '"NULL",']),
        ({"null": "NULL", "quoting": "none", "escape": "^"}, ["x,NULL", "^NULL,NULL"]),
    ],
    ids=["as nothing", "as a text", "never quoted", "as a text that is escaped elsewhere"],
)
def test_an_empty_cell_is_told_from_a_text_that_is_the_same(path, options, lines):
    assert written(path, [["x", None], ["NULL", None]], header=False, **options).splitlines() == lines


@pytest.mark.parametrize(
    ("encoding", "mark", "begins"),
    [
        ("utf-8", True, b"\xef\xbb\xbfa"),
        ("utf-8", False, b"a,b"),
        ("utf-16-le", True, b"\xff\xfea\x00"),
        ("utf-16", True, b"\xff\xfea\x00"),
        ("utf-8-sig", True, b"\xef\xbb\xbfa"),
    ],
)
def test_a_byte_order_mark_begins_the_file_once(path, encoding, mark, begins):
    written(path, [["x", "y"]], encoding=encoding, byte_order_mark=mark)
    assert path.read_bytes().startswith(begins)


def test_what_would_need_quotes_fails_where_there_are_to_be_none(path):
    with pytest.raises(
        WriteFileFailure, match=r"The cell 'a,b' cannot be written without quotes\. .* output_options\.escape"
    ):
        written(path, [["x", "y"], ["a,b", "y"]], quoting="none")
    with pytest.raises(WriteFileFailure, match="A row of one empty cell"):
        written(path, [["x"], [None]], quoting="none")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"encoding": "klingon"}, "no encoding"),
        ({"encoding": "zip"}, "no encoding"),
        ({"delimiter": ""}, "delimiter"),
        ({"delimiter": "a\n"}, "delimiter"),
        ({"quote": ""}, "quote"),
        ({"quote": '""'}, "quote"),
        ({"delimiter": '"'}, "must not hold the quote"),
        ({"delimiter": "\\\\", "escape": "\\"}, "must not hold the quote or the escape"),
        ({"escape": '"'}, "leave escape out"),
        ({"null": "a,b"}, "must not hold the delimiter"),
        ({"record_end": "\r"}, "record_end"),
        ({"encoding": "latin-1", "byte_order_mark": True}, "no byte order mark"),
        ({"sheet": "a/b"}, "sheet"),
        ({"sheet": "x" * 32}, "sheet"),
        ({"sheet": "'quoted"}, "apostrophe"),
        ({"sheet": "hiSTORY"}, "History"),
        ({"sheet": 15 * "🙂" + "ab"}, "31 characters"),
    ],
    ids=str,
)
def test_options_that_cannot_be_are_refused_when_the_document_is_made(options, says):
    with pytest.raises(InvalidDocument, match=says):
        OutputOptions.parse(options, at="output_options")


FORMULAS = ["=1+1", "+49 30 1234", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"]


class TestFormulas:
    def test_text_that_looks_like_a_formula_gets_an_apostrophe_on_request(self, tmp_path):
        columns = text_columns("=key")
        options = OutputOptions(neutralise_formulas=True)
        path = tmp_path / "a.xlsx"
        XLSX.write(rows_of(columns, [[text] for text in [*FORMULAS, "x=1", " =1", "'"]]), columns, path, options)
        cells = [cell.value for (cell,) in openpyxl.load_workbook(path).active]
        expected = [f"'{text}" for text in ["=key", *FORMULAS]] + ["x=1", " =1", "'"]
        assert [text.replace("_x000D_", "\r") for text in cells] == expected

    def test_nothing_is_changed_without_the_request(self, path):
        assert written(path, [["=1+1"]], header=False) == "=1+1\n"

    def test_values_of_numbers_and_dates_stay_and_kept_texts_do_not(self, path):
        columns = [column("n", "int"), column("d", "decimal", number_format="1.234,56"), column("p", "percentage")]
        kept = {"n": [None, "=1+1"]}
        rows = rows_of(columns, [[-5, Decimal("-1234.5"), -3.0], [None, None, None]], kept=kept)
        CSV.write(rows, columns, path, OutputOptions(neutralise_formulas=True, delimiter=";", header=False))
        assert path.read_text() == "-5;-1.234,50;-3%\n'=1+1;;\n"

    @given(records=tables())
    def test_no_text_begins_a_formula_whatever_it_is(self, path, records):
        keys = [f"key{number}" for number in range(len(records[0]))]
        columns = text_columns(*keys)
        options = OutputOptions(neutralise_formulas=True, quoting="all", header=False, delimiter="\x1f", quote="\x1e")
        CSV.write(rows_of(columns, records), columns, path, options)
        cells = path.read_text(encoding="utf-8").split("\x1f")
        assert not any(cell.lstrip("\x1e")[:1] in "=+-@" for cell in cells if cell.lstrip("\x1e"))


@pytest.mark.parametrize(("header", "first"), [(True, "a"), (False, "x")], ids=["with", "without"])
def test_a_workbook_has_the_sheet_and_the_header_of_the_options(tmp_path, header, first):
    columns = text_columns("a")
    path = tmp_path / "a.xlsx"
    options = OutputOptions(header=header, sheet="Umsätze & <mehr>", header_style="plain")
    XLSX.write(rows_of(columns, [["x"]]), columns, path, options)
    book = openpyxl.load_workbook(path)
    assert (book.sheetnames, book.active["A1"].value, book.active["A1"].font.b) == (["Umsätze & <mehr>"], first, False)
    assert (book.active.freeze_panes == "A2") == header
