"""JSON read in runs is what it is when it is read record by record, whatever the records and whatever is wrong."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats import decoding
from pipeline_exec.formats.records import rows, runs
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.conformance import INHERITED
from pipeline_exec_tests.formats.tables import cells_of

#: Few keys, so that records are often alike; some that no type can have.
KEYS = st.sampled_from(["id", "name", "a", "a.b", "é", "", 'q"', "\\", "\x1f", "\ud800"])
NUMBERS = st.sampled_from(["1.10", "-0", "1E5", "12345678901234567890", "1e999", "0.1000000000000000055"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "\n", "null", "[", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=5), max_size=12)


def as_lines(records, indent):
    return "".join(json.dumps(record, ensure_ascii=indent is None) + "\n" for record in records)


def as_array(records, indent):
    return json.dumps(records, indent=indent)


def in_an_object(records, indent):
    return json.dumps({"meta": {"n": 1}, "data": {"items": records}, "more": [1]}, indent=indent)


def one_behind_the_other(records, indent):
    return " ".join(json.dumps(record, indent=indent) for record in records)


SHAPES = [as_lines, as_array, in_an_object, one_behind_the_other]


def outcome(path, limits=DEFAULT_LIMITS):
    """What is read, or what is said to be wrong."""
    try:
        rows = FORMATS.named(path.suffix).read(path, ReadOptions(), limits).rows
        return rows.schema.names, cells_of(rows)
    except (ParsingFailure, SourceDataEmpty) as error:
        return error.message


def read(path, limits=DEFAULT_LIMITS):
    """The outcome with runs of a few characters, and from the second record on."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "_SHORTEST", 1)
        patched.setattr(runs, "_LONGEST", 200)
        patched.setattr(decoding, "_PIECE", 150)
        return outcome(path, limits)


def one_by_one(path, limits=DEFAULT_LIMITS):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs.Runs, "lines", lambda self: None)
        patched.setattr(runs.Runs, "elements", lambda self: None)
        return outcome(path, limits)


@pytest.fixture
def rows_of_runs(monkeypatch):
    """How many rows each run had that was read at once."""
    made, counts = rows.RowReader.lines, []

    def counted(self, text):
        batch = made(self, text)
        counts.append(batch.num_rows)
        return batch

    monkeypatch.setattr(rows.RowReader, "lines", counted)
    monkeypatch.setattr(rows.RowReader, "elements", counted)
    return counts


@INHERITED
@given(records=RECORDS, shape=st.sampled_from(SHAPES), indent=st.sampled_from([None, 1]))
@example(records=[{"id": 1}, {"id": 2}, {"id": 3, "a": {"id": 4}}, {"id": {"id": 5}}], shape=as_array, indent=None)
@example(records=[{"a": {"b": 1}}, {"a.b": 2}, {"a": {"b": 3}, "a.b": 4}], shape=as_lines, indent=None)
@example(records=[{"id": 1}] * 5 + [{"a": None}] + [{"id": 2}] * 5, shape=as_lines, indent=None)
@example(records=[{"id": 1}] * 5 + [{"id": {"a": 1}}, {"id": None}, {}], shape=as_array, indent=1)
@example(records=[{"id": [{"id": 1}, {"id": 2}]}] * 6, shape=as_array, indent=None)
@example(records=[{"id": "\ud800"}, {"id": '\\"'}, {"id": ['"', " ", "é"]}] * 3, shape=as_lines, indent=None)
def test_any_records(tmp_path, records, shape, indent):
    path = tmp_path / ("a.jsonl" if shape is as_lines else "a.json")
    path.write_text(shape(records, indent), encoding="utf-8", errors="surrogatepass")
    assert read(path) == one_by_one(path)


@INHERITED
@given(
    records=RECORDS.filter(lambda records: len(records) > 1),
    shape=st.sampled_from(SHAPES),
    at=st.floats(0, 1),
    damage=st.sampled_from(["", "{", "}", "[", "]", ",", ":", '"', "\\", "x", "NaN", "01", "\n", "\x00", "}{", "},{"]),
    cut=st.integers(0, 2),
)
def test_any_damage(tmp_path, records, shape, at, damage, cut):
    path = tmp_path / ("a.jsonl" if shape is as_lines else "a.json")
    text = shape(records, None)
    place = int(at * len(text))
    path.write_text(text[:place] + damage + text[place + cut :], encoding="utf-8")
    assert read(path) == one_by_one(path)


@INHERITED
@given(numbers=st.lists(NUMBERS, min_size=3, max_size=20))
def test_any_number_keeps_its_digits(tmp_path, numbers):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"n": {number}, "l": [ {number} ]}}\n' for number in numbers))
    assert read(path) == (["n", "l"], [[number, f"[{number}]"] for number in numbers])


@pytest.mark.parametrize("max_nesting", [1, 2, 3])
def test_the_limit_on_levels_is_the_same(tmp_path, max_nesting):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n' * 50 + '{"a": {"b": {"c": {"d": 1}}}}\n' * 50)
    limits = ReadLimits(max_nesting=max_nesting)
    assert read(path, limits) == one_by_one(path, limits)
    assert ("levels" in str(read(path, limits))) == (max_nesting < 3)


def test_many_records_with_hardly_any_of_the_keys_do_not_take_room_for_all_of_them(tmp_path, monkeypatch, rows_of_runs):
    monkeypatch.setattr(rows, "_MOST_CELLS", 20_000)
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({str(number): number for number in range(400)}) + "\n" + "{}\n" * 500)
    _, cells = read(path)
    assert len(cells) == 501
    assert max(rows_of_runs, default=0) * 400 <= 20_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"id": 1}\n' * 200_000, id="lines"),
        pytest.param("[" + ", ".join(['{"id": 1, "more": [{"id": 2}, {"id": 3}]}'] * 60_000) + "]", id="array"),
        pytest.param(json.dumps([{"id": 1, "a": {"b": 2}}] * 60_000, indent=2), id="indented array"),
        pytest.param(json.dumps({"meta": 1, "items": [{"id": 1}] * 100_000}), id="array in an object"),
        pytest.param('{"id" :\t"x\\"y\\\\", "a": {"b": [1, "]"]}, "c": true }\n' * 50_000, id="anything in lines"),
        pytest.param('{"id": 1}\n{"id": 1, "a": 2}\n' * 50_000, id="keys that miss"),
    ],
)
def test_regular_records_are_read_in_runs(tmp_path, rows_of_runs, text):
    path = tmp_path / ("a.jsonl" if text[0] == "{" and '"meta"' not in text else "a.json")
    path.write_text(text)
    found = sum(batch.num_rows for batch in FORMATS.named(path.suffix).read(path, ReadOptions()).rows)
    assert sum(rows_of_runs) > 0.9 * found
