"""Text with a delimiter: what is particular to it. ``fixtures`` has what is detected."""

import csv
import io
import time
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.errors import ParsingFailure, SourceDataEmpty, WriteFileFailure
from pipeline_exec.formats import decoding
from pipeline_exec.formats.delimited.detection import detect
from pipeline_exec.formats.delimited.reading import Reading
from pipeline_exec.formats.delimited.syntax import Syntax
from pipeline_exec.model.limits import DEFAULT_LIMITS
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.conformance import SECONDS, FormatConformance
from pipeline_exec_tests.formats.pollution import shapes, two_tables
from pipeline_exec_tests.formats.tables import TEXT, cells_of, column, marks_of, tables, text_columns

PLAIN = ReadOptions(delimiter=",", quote='"', encoding="utf-8", header_row="none")
#: Nothing is taken for something else than a row.
WHOLE = PLAIN.model_copy(update={"escape": "", "footer_rows": 0, "tables": "one"})


def without_zeros(cell):
    return (cell or "").replace("\0", "") or None


class TestCsv(FormatConformance):
    name = "csv"
    sure = WHOLE.model_copy(update={"header_row": 1, "header_rows": 1})
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")

    def held(self, cell):
        return without_zeros(cell)

    def is_row(self, record):
        # Zero bytes are dropped, and what is then a blank line is no row.
        return len(record) > 1 or record[0] is None or self.held(record[0]) is not None

    def test_a_file_without_rows_has_its_header(self, format, path):
        assert self.written(format, path, text_columns("id", "name, first"), []).read_text() == 'id,"name, first"\n'

    def test_cells_are_quoted_only_where_they_must_be(self, format, path):
        records = [["plain", " spaces "], ["a,b", 'say "hi"'], ["two\nlines", "x;y"], [None, "'"]]
        self.written(format, path, text_columns("a", "b"), records)
        assert path.read_text() == 'a,b\nplain, spaces \n"a,b","say ""hi"""\n"two\nlines",x;y\n,\'\n'

    def test_an_empty_cell_of_a_single_column_is_no_blank_line(self, format, path):
        assert self.written(format, path, text_columns("a"), [["x"], [None]]).read_text() == 'a\nx\n""\n'

    def test_delimiter_quote_and_encoding_are_those_of_the_options(self, format, path):
        options = OutputOptions(delimiter=";", quote="'", encoding="utf-16")
        self.written(format, path, text_columns("a", "b"), [["x;y", "'"], ["é", "1"]], options=options)
        assert path.read_bytes().decode("utf-16") == "a;b\n'x;y';''''\né;1\n"
        assert path.read_bytes().count("\ufeff".encode("utf-16-le")) == 1

    def test_numbers_and_dates_are_shown_in_the_format_of_their_column(self, format, path):
        columns = [
            column("amount", "float", number_format="1.234,56"),
            column("day", "timestamp", output_format="DD.MM."),
        ]
        columns[1] = column("id", "int", number_format="1 234")
        self.written(format, path, columns, [[1234567.5, 1234]], options=OutputOptions(delimiter=";"))
        assert path.read_text() == "amount;id\n1.234.567,50;1 234\n"

    def test_a_character_the_encoding_lacks_is_named(self, format, path):
        with pytest.raises(WriteFileFailure, match="'東', which the encoding iso8859-1 cannot write") as failed:
            self.written(format, path, text_columns("a"), [["東"]], options=OutputOptions(encoding="latin-1"))
        assert "output_options" in failed.value.remedy

    @given(records=tables(), delimiter=st.sampled_from(",;\t|^ "), quote=st.sampled_from("\"'"))
    def test_any_text_is_read_back_with_any_delimiter_and_quote(self, format, path, records, delimiter, quote):
        keys = [f"key{number}" for number in range(len(records[0]))]
        self.written(
            format, path, text_columns(*keys), records, options=OutputOptions(delimiter=delimiter, quote=quote)
        )
        assume(any(map(self.is_row, records)))
        options = self.sure.model_copy(update={"delimiter": delimiter, "quote": quote})
        assert self.read(format, path, options) == [
            [self.held(cell) for cell in record] for record in records if self.is_row(record)
        ]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
    def test_any_usual_delimiter_is_detected(self, format, path, delimiter):
        records = [
            [str(number), f"Anna {number}", f"{number},50", "2024-01-31", "x@example.com"] for number in range(30)
        ]
        columns = text_columns("id", "name", "price", "day", "mail")
        self.written(format, path, columns, records, options=OutputOptions(delimiter=delimiter))
        parsed = format.read(path, ReadOptions())
        assert parsed.dialect["delimiter"] == delimiter
        assert cells_of(parsed.rows) == records


def read(path, options=PLAIN, block_bytes=1 << 20, limits=DEFAULT_LIMITS):
    """The rows of a file, and what was told of it, complete once they were read."""
    dialect = detect(path, options, limits)
    facts = dialect.described("csv")
    return Reading(path, dialect, options, limits, facts, block_bytes).rows(), facts


def parsed(path, text, block_bytes=1 << 20, options=PLAIN, limits=DEFAULT_LIMITS):
    path.write_bytes(text.encode())
    return cells_of(read(path, options, block_bytes, limits)[0])


def without_blank(rows):
    return [row for row in rows if any((cell or "").strip() for cell in row)]


@given(
    text=st.text(st.sampled_from("ab,, \n\n\r"), max_size=60),
    block_bytes=st.sampled_from([16, 50, 1 << 20]),
)
def test_every_text_without_quotes_has_the_cells_that_python_reads(tmp_path, text, block_bytes):
    try:
        path = tmp_path / "a.csv"
        path.write_bytes(text.encode())
        rows = read(path, WHOLE, block_bytes)[0]
        cells, marks = cells_of(rows), marks_of(rows)
    except SourceDataEmpty:
        return
    width = len(without_marks(rows.schema))
    whole = [row + (surplus.split(",") if surplus else []) for row, (_, surplus) in zip(cells, marks, strict=True)]
    reference = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    expected = [[cell or None for cell in row] + [None] * (width - len(row)) for row in reference]
    assert [_stripped(row) for row in without_blank(whole)] == [_stripped(row) for row in without_blank(expected)]


def _stripped(row):
    """The row without the empty cells at its end."""
    return [cell or None for cell in row[: max((at + 1 for at, cell in enumerate(row) if cell), default=0)]]


@given(text=st.text(st.sampled_from('ab1,,""\n\n\r\'\\; '), max_size=80), block_bytes=st.sampled_from([16, 1 << 20]))
def test_every_letter_of_any_text_is_in_a_cell_or_told_of(tmp_path, text, block_bytes):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    with suppress(SourceDataEmpty):
        rows, facts = read(path, ReadOptions(), block_bytes)
        cells = [cell or "" for row in cells_of(rows) for cell in row]
        surplus = [surplus or "" for _, surplus in marks_of(rows)]
        parts = [facts.get(part, {"rows": 0, "lines": []}) for part in ("preamble", "footer")]
        lines = [line for part in parts for line in part["lines"]]
        told = "".join([*without_marks(rows.schema), *cells, *surplus, *lines])
        if "tables" not in facts and all(part["rows"] == len(part["lines"]) for part in parts):
            assert all(told.count(letter) >= text.count(letter) for letter in "ab1")


@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    block_bytes=st.sampled_from([16, 40, 1 << 20]),
    header=st.integers(1, 5),
    ragged_rows=st.sampled_from(["report", "pad"]),
)
def test_ragged_rows_stand_where_they_stood_with_marks(tmp_path, lengths, block_bytes, header, ragged_rows):
    body = [[str(number), *"x" * length] for number, length in enumerate(lengths)]
    text = "".join(",".join(row) + "\n" for row in [[f"h{at}" for at in range(header)], *body])
    path = tmp_path / "a.csv"
    path.write_text(text)
    options = WHOLE.model_copy(update={"header_row": 1, "ragged_rows": ragged_rows})
    rows, facts = read(path, options, block_bytes)
    width = len(without_marks(rows.schema))
    assert cells_of(rows) == [(row + [None] * (width - len(row)))[:width] for row in body]
    missing = [len(row) if len(row) < width and ragged_rows == "report" else None for row in body]
    surplus = [",".join(row[width:]) or None for row in body]
    assert marks_of(rows) == list(zip(missing, surplus, strict=True))
    told = facts.get("irregular_rows", {})
    assert told.get("missing_cells", 0) == sum(1 for row in body if len(row) < width)
    assert told.get("surplus_cells", 0) == sum(1 for row in body if len(row) > width)


@given(
    cells=st.lists(TEXT, min_size=2, max_size=20),
    encoding_name=st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-16-be"]),
)
def test_text_is_decoded_piece_by_piece_in_any_encoding(tmp_path, monkeypatch, cells, encoding_name):
    monkeypatch.setattr(decoding, "CHUNK", 7)
    path = tmp_path / "a.csv"
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [["a", "b"], *([cell.replace("\0", ""), "x"] for cell in cells)]
    )
    path.write_bytes(buffer.getvalue().encode(encoding_name))
    options = WHOLE.model_copy(update={"encoding": encoding_name, "header_row": 1, "header_rows": 1})
    rows = cells_of(read(path, options, 64 * 1024)[0])
    assert rows == [[cell.replace("\0", "") or None, "x"] for cell in cells]


def test_bytes_that_mean_nothing_far_into_the_file_name_their_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n".encode("utf-16") + "1,ü\n".encode("utf-16-le") * 140_000 + b"\x00\xdc\n\x00")
    rows, _ = read(path, ReadOptions())
    with pytest.raises(ParsingFailure, match="near line 140,002 mean nothing in the encoding utf-16-le"):
        Counter(batch.num_rows for batch in rows)


def test_an_umlaut_far_into_the_file_decides_the_encoding(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,name\n" + b"1,Anna\n" * 160_000 + "2,Jürgen\n".encode("cp1252"))
    rows, facts = read(path, ReadOptions())
    assert (facts["encoding"], [*rows][-1]["name"][-1].as_py()) == ("cp1252", "Jürgen")


def test_a_line_break_is_kept_where_a_block_ends_inside_quotes(tmp_path):
    record = 'x,"ab\r\ncd"\r\n'
    # The record has 12 bytes.
    for block_bytes in range(16, 30):
        rows = parsed(
            tmp_path / "a.csv", "a,b\n" + record * 40, block_bytes, PLAIN.model_copy(update={"header_row": 1})
        )
        assert rows == [["x", "ab\r\ncd"]] * 40


def test_a_header_of_many_columns_is_read_whole(tmp_path):
    names = [f"a_rather_long_name_{number}" for number in range(9_000)]
    rows = parsed(tmp_path / "a.csv", ",".join(names) + "\n" + ",".join("1" * 9_000) + "\n", 1 << 20, ReadOptions())
    assert rows == [["1"] * 9_000]


def test_more_columns_than_a_table_may_have_are_refused(tmp_path):
    with pytest.raises(ParsingFailure, match="20,000 columns"):
        parsed(tmp_path / "a.csv", (",".join(["a"] * 20_000) + "\n") * 3, 1 << 20, ReadOptions())


def test_a_first_record_without_an_end_is_refused_before_it_fills_the_memory(tmp_path):
    with pytest.raises(ParsingFailure, match=r"^The first record of the file does not end within"):
        parsed(tmp_path / "a.csv", "x" * 9_000_000, options=ReadOptions())


def test_a_quote_that_is_never_closed_swallows_no_row(tmp_path):
    text = "a,b\n" + "1,2\n" * 20_000 + '1,"' + "x,\n" * 1_000
    rows = parsed(tmp_path / "a.csv", text, 1 << 16, ReadOptions())
    assert rows[19_999:20_003] == [["1", "2"], ["1", '"x'], ["x", None], ["x", None]]
    assert len(rows) == 21_000


def test_long_cells_are_read(tmp_path):
    rows = parsed(tmp_path / "a.csv", 'a,b\n1,"' + "x\n" * 500_000 + '"\n', 1 << 21, ReadOptions())
    assert rows == [["1", "x\n" * 500_000]]


def test_many_surplus_cells_take_no_long_time(tmp_path):
    text = "a,b\n1,2\n1" + "," * 300_000 + "x" + "," * 300_000 + "\n"
    path = tmp_path / "a.csv"
    path.write_text(text)
    rows, _ = read(path, PLAIN.model_copy(update={"header_row": 1}))
    ((_, first), (_, surplus)) = marks_of(rows)
    assert first is None
    assert surplus.strip(",") == "x"


def test_a_delimiter_is_detected_though_no_two_rows_have_as_many_cells(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,Anna,x\n2\n")
    rows, facts = read(path, ReadOptions())
    assert facts["delimiter"] == ","
    assert (cells_of(rows), marks_of(rows)) == ([["1", "Anna", "x"], ["2", None, None]], [(None, None), (1, None)])


def test_trouble_in_the_middle_costs_a_page_and_no_row(tmp_path):
    lines = [f'{number},"name, {number}"' for number in range(30_000)]
    lines[12_000] = '12000,"name" 12000'
    lines[20_000] = '"20000,name 20000'
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "\n".join(lines))
    rows, facts = read(path, ReadOptions(), 1 << 18)
    cells = cells_of(rows)
    assert len(cells) == 30_000
    assert (cells[12_000], cells[20_000]) == (["12000", "name 12000"], ['"20000', "name 20000"])
    assert facts["irregular_rows"] == {"stray_quotes": 2}


@pytest.mark.parametrize(
    ("below", "footer"),
    [
        pytest.param("Total,,12\n", 1, id="a total"),
        pytest.param("\nSigned by the office\n", 1, id="a signature behind a blank line"),
        pytest.param("Source: ours,,\nAll rights reserved,,\n", 2, id="remarks padded with delimiters"),
        pytest.param("9,Zoe,\n", 0, id="a row"),
    ],
)
def test_what_is_written_below_a_table_is_told_and_no_row(tmp_path, below, footer):
    path = tmp_path / "a.csv"
    path.write_text("id,name,price\n" + "".join(f"{number},Ann,4\n" for number in range(8)) + below)
    rows, facts = read(path, ReadOptions())
    assert len(cells_of(rows)) == 9 - bool(footer)
    assert facts.get("footer", {}).get("rows", 0) == footer


@pytest.mark.parametrize("gap", ["", "\n", ",,\n"], ids=["at once", "behind a blank line", "behind an empty row"])
def test_further_tables_are_told_with_line_width_and_rows(tmp_path, gap):
    path = tmp_path / "a.csv"
    first = "id,name,price\n" + "".join(f"{number},Ann,4\n" for number in range(8))
    path.write_text(first + gap + "id,name\n1,Bob\n2,Cem\n")
    rows, facts = read(path, ReadOptions())
    # An empty row is a row, even if nothing of the table follows.
    assert len(cells_of(rows)) == 8 + (gap == ",,\n")
    assert facts["tables"] == [{"line": 10 + bool(gap), "columns": 2, "rows": 3}]
    assert len(cells_of(read(path, ReadOptions(tables="one", footer_rows=0))[0])) == 11 + (gap == ",,\n")


@pytest.mark.parametrize("gap", ["", "\n"], ids=["at once", "behind a blank line"])
def test_of_three_tables_the_first_is_read_even_if_the_third_is_like_it(tmp_path, gap):
    path = tmp_path / "a.csv"
    first = "id,name,price\n" + "".join(f"{number},Ann,4\n" for number in range(8))
    path.write_text(first + gap + "town,year,of,what\n" + "Bonn,2,3,1\n" * 3 + gap + first)
    rows, facts = read(path, ReadOptions())
    assert len(cells_of(rows)) == 8
    assert sum(table["rows"] for table in facts["tables"]) == 13


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"' * 100_000, id="quotes"),
        pytest.param("," * 200_000, id="delimiters"),
        pytest.param('"\n' * 15_000, id="quotes on lines"),
        pytest.param('"a,\n' * 8_000, id="quotes that open"),
        pytest.param('",' * 50_000, id="quotes and delimiters"),
        pytest.param(('"a"",' * 100 + "\n") * 60, id="lines of stray quotes"),
        pytest.param("\n" * 100_000, id="blank lines"),
        pytest.param("a\r" * 20_000, id="carriage returns"),
    ],
)
def test_hostile_text_is_rows_or_a_typed_error_in_time(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n" + text)
    begun = time.process_time()
    with suppress(ParsingFailure, SourceDataEmpty):
        cells_of(read(path, ReadOptions())[0])
    assert time.process_time() - begun < SECONDS / 2


def test_a_row_without_delimiters_swallows_no_row_that_begins_with_a_quote(tmp_path):
    path = tmp_path / "a.csv"
    rows = [f'"On Being, {at}",Max M.,essay {at}\n' for at in range(20)]
    rows[7] = '"On Being, 7" Max M. essay 7\n'
    path.write_text("title,author,kind\n" + "".join(rows))
    cells = cells_of(read(path, ReadOptions())[0])
    assert [len(cells), cells[8]] == [20, ["On Being, 8", "Max M.", "essay 8"]]


def _is_filled(text):
    return bool(text.strip(" ,;\t|"))


def _rows_told(facts):
    parts = [facts.get(part, {"rows": 0})["rows"] for part in ("preamble", "footer")]
    tables = [table["rows"] for table in facts.get("tables", [])]
    header = facts.get("header_rows", 1) if facts["header_row"] is not None else 0
    return sum(parts) + sum(tables) + header


def _is_every_row_told(path, text, block_bytes):
    """Whether no row is lost and none is made; rows of nothing but delimiters may count or not."""
    path.write_bytes(text.encode())
    lines = [line for line in text.replace("\r", "\n").split("\n") if line]
    try:
        rows, facts = read(path, ReadOptions(), block_bytes)
        out = len(cells_of(rows))
    except SourceDataEmpty:
        return True
    return sum(map(_is_filled, lines)) <= out + _rows_told(facts) <= len(lines)


@given(text=st.text(st.sampled_from("ab1,,;\n\n\r "), max_size=120), block_bytes=st.sampled_from([16, 1 << 20]))
def test_of_any_text_every_row_is_read_or_told_of(tmp_path, text, block_bytes):
    assert _is_every_row_told(tmp_path / "a.csv", text, block_bytes)


@given(
    polluted_file=st.sampled_from([each for table in [*shapes()][:9] for each in two_tables(table)]),
    block_bytes=st.sampled_from([500, 1 << 20]),
)
def test_of_two_tables_every_row_is_read_or_told_of(tmp_path, polluted_file, block_bytes):
    assert _is_every_row_told(tmp_path / "a.csv", polluted_file.content.decode(), block_bytes)


def test_a_full_stop_before_the_closing_quote_is_no_escape(tmp_path):
    path = tmp_path / "a.csv"
    lines = [f'{number},"He said it, {number} times."' for number in range(40)]
    lines[7] = '7,"1,He said it, 7 times."'
    lines[21] = '21,"He" said it, and left."'
    path.write_text("\n".join(["id,text", *lines]), encoding="utf-8")
    assert detect(path, ReadOptions(), DEFAULT_LIMITS).syntax.escape is None


@pytest.mark.timeout(10)
@pytest.mark.parametrize("escape", ["\\", ".", None], ids=["a backslash", "a full stop", "doubled quotes"])
def test_a_quote_that_is_never_closed_is_seen_in_one_walk(escape):
    syntax = Syntax(",", '"', escape)
    odd = f'{escape or "x"}a""'
    assert syntax.cell.match(f'"{odd * 50_000}\n') is None
