"""Text with a delimiter: what is particular to it. ``fixtures`` has what is detected."""

import csv
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty, WriteFileFailure
from pipeline_exec.formats import decoding
from pipeline_exec.formats.delimited import ragged
from pipeline_exec.formats.delimited.dialect import detect
from pipeline_exec.formats.delimited.reading import read
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.conformance import FormatConformance
from pipeline_exec_tests.formats.tables import TEXT, cells_of, column, tables, text_columns

PLAIN = ReadOptions(delimiter=",", quote='"', encoding="utf-8", header_row="none")


class TestCsv(FormatConformance):
    name = "csv"
    sure = ReadOptions(header_row=1, delimiter=",", quote='"', encoding="utf-8")
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")

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
        options = ReadOptions(delimiter=delimiter, quote=quote, encoding="utf-8", header_row=1)
        assert self.read(format, path, options) == records

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


def parsed(path, text, block_bytes, options=PLAIN):
    path.write_bytes(text.encode())
    return cells_of(read(path, detect(path, options), block_bytes))


def without_blank(rows):
    return [row for row in rows if any((cell or "").strip() for cell in row)]


@given(
    text=st.text(st.sampled_from('ab,,"" \n\n\r'), max_size=60),
    block_bytes=st.sampled_from([16, 50, 1 << 20]),
)
def test_every_accepted_text_has_the_rows_and_cells_that_python_reads(tmp_path, text, block_bytes):
    try:
        rows = parsed(tmp_path / "a.csv", text, block_bytes)
    except (ParsingFailure, SourceDataEmpty):
        return
    width = len(rows[0]) if rows else 0
    reference = csv.reader(io.StringIO(text, newline=""))
    expected = [[cell or None for cell in row[:width]] + [None] * (width - len(row)) for row in reference if row]
    assert without_blank(rows) == without_blank(expected)


@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    block_bytes=st.sampled_from([16, 40, 1 << 20]),
    header=st.integers(1, 5),
)
def test_ragged_rows_stand_where_they_stood(tmp_path, lengths, block_bytes, header):
    body = [[str(number), *"x" * length] for number, length in enumerate(lengths)]
    text = "".join(",".join(row) + "\n" for row in [[f"h{at}" for at in range(header)], *body])
    surplus = {
        f"Line {number + 2} of the file has {len(row)} cells" for number, row in enumerate(body) if len(row) > header
    }
    options = PLAIN.model_copy(update={"header_row": 1})
    if surplus:
        with pytest.raises(ParsingFailure) as failed:
            parsed(tmp_path / "a.csv", text, block_bytes, options)
        assert failed.value.what.split(" where ")[0] in surplus
    else:
        rows = parsed(tmp_path / "a.csv", text, block_bytes, options)
        assert rows == [row + [None] * (header - len(row)) for row in body]


@given(
    cells=st.lists(TEXT, min_size=2, max_size=20),
    encoding_name=st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-16-be"]),
)
def test_text_is_decoded_piece_by_piece_in_any_encoding(tmp_path, monkeypatch, cells, encoding_name):
    monkeypatch.setattr(decoding, "CHUNK", 7)
    path = tmp_path / "a.csv"
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [["a", "b"], *([cell, "x"] for cell in cells)]
    )
    path.write_bytes(buffer.getvalue().encode(encoding_name))
    options = ReadOptions(delimiter=",", quote='"', encoding=encoding_name, header_row=1)
    rows = cells_of(read(path, detect(path, options), 64 * 1024))
    assert rows == [[cell or None, "x"] for cell in cells]


def test_bytes_that_mean_nothing_far_into_the_file_name_their_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n".encode("utf-16") + "1,ü\n".encode("utf-16-le") * 400_000 + b"\x00\xdc\n\x00")
    rows = read(path, detect(path, ReadOptions()))
    with pytest.raises(ParsingFailure, match="near line 400,002 mean nothing in the encoding utf-16-le"):
        Counter(batch.num_rows for batch in rows)


def test_an_umlaut_far_into_the_file_decides_the_encoding(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,name\n" + b"1,Anna\n" * 300_000 + "2,Jürgen\n".encode("cp1252"))
    dialect = detect(path, ReadOptions())
    *_, last = read(path, dialect)
    assert (dialect.encoding, last.to_pylist()[-1]) == ("cp1252", {"id": "2", "name": "Jürgen"})


def test_a_line_break_is_kept_where_a_block_ends_inside_quotes(tmp_path):
    record = 'x,"ab\r\ncd"\r\n'
    for block_bytes in range(16, 64):
        rows = parsed(
            tmp_path / "a.csv", "a,b\n" + record * 40, block_bytes, PLAIN.model_copy(update={"header_row": 1})
        )
        assert rows == [["x", "ab\r\ncd"]] * 40


def test_a_file_that_goes_on_with_another_table_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(ragged, "MAX_RAGGED_BYTES", 1_000)
    text = "a,b,c\n" + "1,2,3\n" * 20_000 + "4,5\n" * 1_000
    with pytest.raises(ParsingFailure, match=r"^Line 20,002 of the file and those behind it"):
        parsed(tmp_path / "a.csv", text, 4_096, PLAIN.model_copy(update={"header_row": 1}))


def test_a_header_of_many_columns_is_read_whole(tmp_path):
    names = [f"a_rather_long_name_{number}" for number in range(9_000)]
    rows = parsed(tmp_path / "a.csv", ",".join(names) + "\n" + ",".join("1" * 9_000) + "\n", 1 << 20, ReadOptions())
    assert rows == [["1"] * 9_000]


def test_more_columns_than_a_table_may_have_are_refused(tmp_path):
    with pytest.raises(ParsingFailure, match="20,000 columns"):
        parsed(tmp_path / "a.csv", (",".join(["a"] * 20_000) + "\n") * 3, 1 << 20, ReadOptions())


def test_a_quote_that_is_never_closed_is_refused_before_it_fills_the_memory(tmp_path):
    with pytest.raises(ParsingFailure, match=r"^The first record of the file does not end within"):
        parsed(tmp_path / "a.csv", 'a,b\n1,"' + "x" * 9_000_000, 1 << 20, ReadOptions())
    with pytest.raises(ParsingFailure, match=r"^Line 20,002 of the file begins a record of more than 65,536 bytes"):
        parsed(tmp_path / "a.csv", "a,b\n" + "1,2\n" * 20_000 + '1,"' + "x,\n" * 100_000, 1 << 16, ReadOptions())


def test_long_cells_are_read(tmp_path):
    rows = parsed(tmp_path / "a.csv", 'a,b\n1,"' + "x\n" * 500_000 + '"\n', 1 << 21, ReadOptions())
    assert rows == [["1", "x\n" * 500_000]]


def test_many_surplus_cells_take_no_long_time(tmp_path):
    text = "a,b\n1,2\n1" + "," * 1_000_000 + "x" + "," * 1_000_000 + "\n"
    with pytest.raises(ParsingFailure, match=r"^Line 3 of the file has 2,000,001 cells"):
        parsed(tmp_path / "a.csv", text, 1 << 22, PLAIN.model_copy(update={"header_row": 1}))
