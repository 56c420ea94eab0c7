"""Limits: what is beyond one is refused by its name, as the rows pass."""

import pyarrow as pa
import pytest

from pipeline_exec.dataplane.marks import SOURCE_MARKS
from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.limits import within
from pipeline_exec.formats.registry import TABLE, FormatRegistry
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows


def rows(*batches, names=("a", "b")):
    schema = pa.schema([(name, pa.string()) for name in names])
    columns = [list(zip(*batch, strict=True)) for batch in batches]
    return Rows(
        schema, [pa.record_batch([pa.array(cells, pa.string()) for cells in each], schema=schema) for each in columns]
    )


def read(taken):
    return [row for batch in taken for row in batch.to_pylist()]


def test_rows_within_all_limits_pass_as_they_are():
    given = rows([("x", None), ("ä" * 5, "y")], [("z", "")])
    limits = ReadLimits(max_rows=3, max_columns=2, max_cell_length=5)
    assert read(within(given, limits)) == read(given)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (ReadLimits(max_rows=2), r"more than 2 rows of data\. .*PIPELINE_EXEC_MAX_ROWS"),
        (ReadLimits(max_columns=1), r"2 columns; at most 1 .*PIPELINE_EXEC_MAX_COLUMNS"),
        (ReadLimits(max_cell_length=4), r"Row 3 of data has 5 characters in column 'b'.*PIPELINE_EXEC_MAX_CELL_LENGTH"),
    ],
    ids=["rows", "columns", "the length of a cell"],
)
def test_what_is_beyond_a_limit_is_refused_by_name(limits, message):
    given = rows([("ä", "bc"), ("d", None)], [("e", "äöüßé"), ("f", "g")])
    with pytest.raises(ParsingFailure, match=message):
        read(within(given, limits))


def test_characters_are_counted_and_not_bytes():
    assert read(within(rows([("ä" * 4, "x")]), ReadLimits(max_cell_length=4)))
    with pytest.raises(ParsingFailure):
        read(within(rows([("ä" * 5, "x")]), ReadLimits(max_cell_length=4)))


def test_marks_are_no_columns():
    schema = pa.schema([("a", pa.string()), *SOURCE_MARKS])
    batch = pa.record_batch([["x"], pa.array([None], pa.int32()), ["surplus"]], schema=schema)
    assert read(within(Rows(schema, [batch]), ReadLimits(max_columns=1)))


def test_nothing_behind_the_rows_wanted_is_looked_at():
    limits = ReadLimits(max_rows=1)
    assert len(read(within(rows([("a", "b")], [("c", "d")]), limits).head(1))) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,name\n1,Anna\n2,Bob\n"),
        ("a.json", '[{"id": "1", "name": "Anna"}, {"id": "2", "name": "Bob"}]'),
        ("a.jsonl", '{"id": "1", "name": "Anna"}\n{"id": "2", "name": "Bob"}\n'),
    ],
)
@pytest.mark.parametrize("limits", [{"max_rows": 1}, {"max_columns": 1}, {"max_cell_length": 3}])
def test_every_format_is_kept_within_them(tmp_path, name, content, limits):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ParsingFailure, match="PIPELINE_EXEC_MAX_"):
        read(FormatRegistry(TABLE, ReadLimits(**limits)).read(path, name, ReadOptions()).rows)
