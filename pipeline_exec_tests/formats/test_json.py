"""JSON: what is particular to it. ``fixtures`` has what is read from which shape."""

import json
import string
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.records import scanner
from pipeline_exec.formats.records.scanner import Scanner
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.conformance import FormatConformance
from pipeline_exec_tests.formats.tables import cells_of, column, text_columns

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


class TestJson(FormatConformance):
    name = "json"
    sure = ReadOptions()
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")

    def test_values_have_their_types(self, format, path):
        columns = [
            column("i", "int"),
            column("f", "float"),
            column("d", "decimal"),
            column("b", "boolean"),
            column("s"),
        ]
        records = [[2**60, 0.1, Decimal("0.000000001"), False, 'a\n"b"\\\x01/é'], [None] * 5]
        self.written(format, path, columns, records)
        read = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        assert [list(each.values()) for each in read] == [
            [2**60, Decimal("0.1"), Decimal("1E-9"), False, 'a\n"b"\\\x01/é'],
            [None] * 5,
        ]

    def test_number_formats_do_not_make_text_of_numbers(self, format, path):
        self.written(
            format, path, [column("f", "float", number_format="1.234,56"), column("p", "percentage")], [[1234.5, 5]]
        )
        assert json.loads(path.read_text()) == [{"f": 1234.5, "p": 5}]

    def test_a_file_without_rows_is_an_empty_array(self, format, path):
        assert json.loads(self.written(format, path, text_columns("a"), []).read_text()) == []

    def test_keys_are_escaped(self, format, path):
        self.written(format, path, text_columns('a "b"\\'), [["x"]])
        assert json.loads(path.read_text()) == [{'a "b"\\': "x"}]


def pieces_of(text, size):
    data = text.encode()
    return (data[at : at + size] for at in range(0, len(data), size))


def only_value(text, size):
    walker = Scanner(pieces_of(text, size))
    value = walker.value()
    if walker.peek():
        raise walker.invalid("Extra data")
    return value


class TestScanner:
    @given(value=VALUES, size=st.integers(1, 30), indent=st.sampled_from([None, 1]))
    @example(value=[12.5, -1e300, 10**30], size=1, indent=None)
    def test_values_are_the_same_however_the_text_is_cut(self, value, size, indent):
        text = json.dumps(value, indent=indent, ensure_ascii=False)
        expected = json.loads(text, parse_int=str, parse_float=str)
        assert Scanner(pieces_of(text, size)).value() == expected

    @given(
        value=st.dictionaries(st.text(string.ascii_letters, max_size=4), st.lists(VALUES, max_size=4)),
        size=st.integers(1, 9),
    )
    def test_walking_is_the_same_however_the_text_is_cut(self, value, size):
        text = json.dumps(value, ensure_ascii=False)
        walker = Scanner(pieces_of(text, size))
        walked = {key: [walker.value() for _ in walker.elements()] for key in walker.members()}
        assert walked == json.loads(text, parse_int=str, parse_float=str)
        assert walker.peek() == ""

    @given(value=VALUES, size=st.integers(1, 9))
    def test_what_is_skipped_is_consumed(self, value, size):
        text = f"[{json.dumps(value)}, 7]"
        walker = Scanner(pieces_of(text, size))
        elements = walker.elements()
        next(elements)
        walker.skip()
        next(elements)
        assert walker.value() == "7"

    @given(text=st.text(st.sampled_from('[]{},:"1e-.tfn \n\\ua'), max_size=30), size=st.integers(1, 9))
    def test_invalid_text_is_a_parsing_failure_that_names_its_place(self, text, size):
        try:
            expected = json.loads(text, parse_int=str, parse_float=str)
        except json.JSONDecodeError as error:
            with pytest.raises(ParsingFailure, match=rf"at line {error.lineno}, column {error.colno}\. "):
                only_value(text, size)
        else:
            assert only_value(text, size) == expected

    def test_a_value_larger_than_a_record_may_be_is_refused_before_it_is_held(self, monkeypatch):
        monkeypatch.setattr(scanner, "MAX_RECORD_CHARS", 100)
        endless = iter(lambda: b'"x": 1, ', b"")
        with pytest.raises(ParsingFailure, match="more than 100 characters"):
            Scanner(iter([b"{", *(next(endless) for _ in range(1_000))])).value()


def test_records_at_the_end_of_a_large_file_add_columns(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([*({"id": number} for number in range(60_000)), {"late": True}]))
    rows = FORMATS.named("json").read(path, ReadOptions()).rows
    assert rows.schema.names == ["id", "late"]
    cells = cells_of(rows)
    assert (len(cells), cells[0], cells[-1]) == (60_001, ["0", None], [None, "true"])


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', '{"a":[', '[{"a":[{"b":'], ids=repr)
@pytest.mark.parametrize("record_path", [None, "a", "a.b"])
def test_a_bottomless_file_is_a_parsing_failure(tmp_path, opening, record_path):
    path = tmp_path / "a.json"
    path.write_text(opening * 50_000)
    with pytest.raises(ParsingFailure):
        FORMATS.named("json").read(path, ReadOptions(record_path=record_path))


def has_value(record):
    return any(has_value(cell) if isinstance(cell, dict) else True for cell in record.values())


@given(records=st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), max_size=6))
def test_any_array_of_objects_is_as_many_rows(tmp_path, records):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    try:
        rows = cells_of(FORMATS.named("json").read(path, ReadOptions()).rows)
    except SourceDataEmpty:
        assert not any(map(has_value, records))
    else:
        assert len(rows) == len(records)
