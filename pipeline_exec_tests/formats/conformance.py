"""What every format promises, as ``ports.Format`` says it."""

import time
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.tables import cells_of, column, rows_of, tables, text_columns

#: Far more than any of these files should take.
SECONDS = 5.0

#: What each class that inherits a property runs is the same but for its fixtures, which is the point.
INHERITED = settings(
    suppress_health_check=[
        HealthCheck.differing_executors,
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ]
)

FOREIGN = {
    "a PNG image": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "a JPEG image": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "an executable": b"\x7fELF\x02\x01\x01" + bytes(80),
    "a gzip file": b"\x1f\x8b\x08\x00" + bytes(20),
    "a cut off ZIP archive": b"PK\x03\x04\x14\x00" + bytes(40),
    "zero bytes": bytes(1000),
    "every byte": bytes(range(256)) * 4,
}


class FormatConformance:
    """Inherit it and give it the format's ``name``, and what of ``TYPED`` reads otherwise than in text."""

    name: str
    #: The options that make reading sure of what otherwise would be guessed from few cells.
    sure = ReadOptions(header_row=1)
    #: What is read of a row of typed values, in the order of the columns.
    typed: tuple[str | None, ...]
    #: Whether a row without any value is one.
    has_empty_rows = True

    def is_row(self, record: list[str | None]) -> bool:
        """Whether a record that was written is one to be read."""
        return self.has_empty_rows or any(record)

    def held(self, cell: str | None) -> str | None:
        """What a cell is once it was written, where the format cannot hold every character."""
        return cell

    @pytest.fixture
    def format(self):
        return FORMATS.named(self.name)

    @pytest.fixture
    def path(self, tmp_path) -> Path:
        return tmp_path / f"table.{self.name}"

    def written(self, format, path, columns, records, options=None, **given):
        format.write(rows_of(columns, records, **given), columns, path, options or OutputOptions())
        return path

    def read(self, format, path, options=None):
        return cells_of(format.read(path, options or ReadOptions()).rows)

    def test_what_is_written_is_recognised_and_read_back(self, format, path):
        records = [["1", "Anna", "3.50"], ["2", "Bob", None], ["3", "Cem", "4"]]
        self.written(format, path, text_columns("id", "name", "price"), records)
        found = FORMATS.recognise(path, path.name, ReadOptions())
        parsed = found.read(path, ReadOptions())
        assert found is format
        assert parsed.dialect["format"] == self.name
        assert without_marks(parsed.rows.schema) == ["id", "name", "price"]
        assert {parsed.rows.schema.field(name).type for name in ("id", "name", "price")} == {pa.string()}
        assert cells_of(parsed.rows) == records

    def test_all_scripts_are_read_back(self, format, path):
        records = [["Zoë", "Łódź"], ["Москва", "東京"], ["עברית", "🙂👨‍👩‍👧"], ["e\u0301", "\u00a0"]]
        self.written(format, path, text_columns("schön", "名前"), records)
        parsed = format.read(path, self.sure)
        assert (without_marks(parsed.rows.schema), cells_of(parsed.rows)) == (["schön", "名前"], records)

    def test_text_that_looks_like_something_else_stays_text(self, format, path):
        records = [["=1+1", "007"], ["+49 30 1234", "1e5"], ["#N/A", "TRUE"], ["@SUM(A1)", "2024-01-01"]]
        self.written(format, path, text_columns("a", "b"), records)
        assert self.read(format, path, self.sure) == records

    def test_an_empty_cell_is_null(self, format, path):
        self.written(format, path, text_columns("a", "b"), [["x", None], [None, "y"], ["", "z"]])
        assert self.read(format, path, self.sure) == [["x", None], [None, "y"], [None, "z"]]

    def test_many_batches_make_one_file(self, format, path):
        records = [[str(number), f"name {number % 7}"] for number in range(2_500)]
        self.written(format, path, text_columns("id", "name"), records, batch_rows=400)
        assert self.read(format, path) == records

    def test_batches_without_rows_leave_no_trace(self, format, path):
        columns = text_columns("id", "name")
        rows = rows_of(columns, [["1", "Anna"], ["2", "Bob"]], batch_rows=1)
        empty = pa.record_batch([[], []], schema=rows.schema)
        spaced = type(rows)(rows.schema, [empty, *rows, empty])
        format.write(spaced, columns, path, OutputOptions())
        assert self.read(format, path, self.sure) == [["1", "Anna"], ["2", "Bob"]]

    def test_typed_values_are_read_back_as_their_text(self, format, path):
        columns = [
            column("int", "int"),
            column("float", "float"),
            column("decimal", "decimal"),
            column("boolean", "boolean"),
            column("date", "date", output_format="DD.MM.YYYY"),
            column("timestamp", "timestamp"),
            column("category", "category", options=[{"label": "Red", "value": "r"}]),
        ]
        moment = datetime(2024, 12, 31, 23, 59, 58, tzinfo=UTC)
        record = [42, 0.5, Decimal("1234567890.123456789"), True, date(2024, 12, 31), moment, "r"]
        self.written(format, path, columns, [record, [None] * 6 + ["r"]])
        assert self.read(format, path, self.sure) == [list(self.typed), [None] * 6 + ["r"]]

    def test_kept_text_stands_in_place_of_the_value(self, format, path):
        columns = [column("id", "int"), column("day", "date")]
        kept = {"day": [None, "31.02.2024"], "id": [None, "4,5"]}
        self.written(format, path, columns, [[1, date(2024, 2, 1)], [7, None]], kept=kept)
        assert self.read(format, path, self.sure) == [["1", "2024-02-01"], ["4,5", "31.02.2024"]]

    def test_the_same_rows_make_the_same_bytes(self, format, tmp_path):
        records = [["1", "Anna"], ["2", "Bob"]]
        first = self.written(format, tmp_path / "first", text_columns("id", "name"), records).read_bytes()
        second = self.written(format, tmp_path / "second", text_columns("id", "name"), records).read_bytes()
        assert first == second

    def test_a_file_without_rows_is_no_data(self, format, path):
        self.written(format, path, text_columns("id", "name"), [])
        with pytest.raises(SourceDataEmpty) as failed:
            self.read(format, path)
        assert failed.value.remedy

    @pytest.mark.parametrize("content", [b"", b"\n", b" \r\n \n"], ids=["nothing", "a line break", "spaces"])
    def test_an_empty_file_is_a_typed_error(self, format, path, content):
        path.write_bytes(content)
        with pytest.raises((SourceDataEmpty, ParsingFailure)):
            self.read(format, path)

    @pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
    def test_a_foreign_file_is_a_parsing_failure_without_our_paths(self, format, path, content):
        path.write_bytes(content)
        with pytest.raises(ParsingFailure) as failed:
            self.read(format, path)
        assert failed.value.remedy
        assert str(path.parent) not in failed.value.message

    def test_a_file_is_closed_when_its_rows_were_read_or_given_up(self, format, path):
        self.written(format, path, text_columns("id"), [[str(number)] for number in range(100)])
        self.read(format, path)
        given_up = format.read(path, ReadOptions()).rows.head(1)
        assert len(cells_of(given_up)) == 1
        del given_up
        assert str(path) not in _open_files()

    def test_a_row_without_any_value_is_a_row_where_the_format_can_tell(self, format, path):
        records = [["x", "y"], [None, None], ["z", None]]
        self.written(format, path, text_columns("a", "b"), records)
        read = self.read(format, path, self.sure)
        assert read == (records if self.has_empty_rows else [records[0], records[2]])

    @INHERITED
    @given(records=tables())
    @example(records=[["\r\n"], [" "], ["_x000D_"]])
    @example(records=[["\x04", None], ["'", '"']])
    def test_any_text_is_read_back(self, format, path, records):
        keys = [f"key {number}" for number in range(len(records[0]))]
        self.written(format, path, text_columns(*keys), records, batch_rows=3)
        kept = [record for record in records if self.is_row(record)]
        expected = [[self.held(cell) for cell in record] for record in kept]
        if expected:
            assert self.read(format, path, self.sure) == expected

    @INHERITED
    @given(data=st.data())
    def test_any_bytes_are_rows_or_a_typed_error_in_time(self, format, path, data):
        self.written(format, path, text_columns("id", "name"), [["1", "Anna"], ["2", '"Bob", Jr.'], ["3", None]])
        path.write_bytes(_damaged(path.read_bytes(), data))
        begun = time.monotonic()
        with suppress(ParsingFailure, SourceDataEmpty):
            self.read(format, path)
        assert time.monotonic() - begun < SECONDS


def _damaged(whole, data):
    """A file with some of its bytes replaced, left out or put in."""
    damages = st.tuples(st.integers(0, len(whole)), st.integers(0, 20), st.binary(max_size=20))
    for at, length, inserted in data.draw(st.lists(damages, min_size=1, max_size=4)):
        whole = whole[:at] + inserted + whole[at + length :]
    return whole


def _open_files():
    folder = Path("/proc/self/fd")
    return {str(entry.readlink()) for entry in folder.iterdir() if entry.is_symlink()} if folder.exists() else set()
