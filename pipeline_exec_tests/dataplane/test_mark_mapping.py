"""Marks: a cell of the target is missing when all it is made of lies beyond the end of its row."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.mapping import compile_mapping
from pipeline_exec.dataplane.mark_mapping import marked_schema
from pipeline_exec.dataplane.marks import CELLS, MISSING, SOURCE_MARKS, SURPLUS
from pipeline_exec.dataplane.points import compile_points
from pipeline_exec_tests.dataplane.tables import column, mapping

NAMES = ["a", "b", "c"]


def marked(rows, cells, surplus=None, names=NAMES):
    """A batch of a source whose rows have so many cells; None where a row is regular."""
    schema = pa.schema([*((name, pa.string()) for name in names), *SOURCE_MARKS])
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(names))]
    marks = [pa.array(cells, pa.int32()), pa.array(surplus or [None] * len(rows), pa.string())]
    return pa.RecordBatch.from_arrays([*columns, *marks], schema=schema)


TARGET = [column(key) for key in ("first", "last", "both", "sum", "nothing")]
CONFIG = mapping(
    {"source_columns": ["a"], "target_column": "first"},
    {"source_columns": ["c"], "target_column": "last"},
    {"source_columns": ["b", "c"], "target_column": "both", "transformations": [{"type": "CONCATENATE"}]},
    {"target_column": "sum", "transformations": [{"type": "ARITHMETIC", "expression": "coalesce(a, 0) + 1"}]},
    {"target_column": "nothing", "transformations": [{"type": "CONSTANT", "value": "c"}]},
    mode="EXACT",
)


def test_cells_are_missing_where_all_their_sources_are():
    mapped = compile_mapping(CONFIG, TARGET, NAMES).map(
        marked([("1", "2", "3"), ("1", "2", None), ("1", None, None), (None, None, None)], [None, 2, 1, 0])
    )
    assert mapped.schema == marked_schema(pa.schema([(each.key, pa.string()) for each in TARGET]))
    assert mapped.column(MISSING).to_pylist() == [None, [1], [1, 2], [0, 1, 2, 3]]
    assert mapped.column("both").to_pylist() == ["23", "2", None, None]


def test_a_row_whose_missing_cells_nothing_is_made_of_has_none():
    config = mapping({"source_columns": ["a"], "target_column": "first"}, mode="EXACT")
    mapped = compile_mapping(config, TARGET[:1], NAMES).map(marked([("1", None, None)], [1]))
    assert mapped.column(MISSING).to_pylist() == [None]


def test_surplus_cells_are_passed_on():
    mapped = compile_mapping(CONFIG, TARGET, NAMES).map(marked([("1", "2", "3")] * 2, [None, None], ["4,5", None]))
    assert mapped.column(SURPLUS).to_pylist() == ["4,5", None]
    assert mapped.column(MISSING).null_count == 2


def test_regular_sources_have_no_marks():
    table = marked([("1", "2", "3")], [None]).drop_columns([CELLS, SURPLUS])
    assert compile_mapping(CONFIG, TARGET, NAMES).map(table).schema.names == [each.key for each in TARGET]


@given(st.lists(st.one_of(st.none(), st.integers(0, 2)), max_size=20))
def test_marks_are_those_of_each_row_by_itself(cells):
    rows = [tuple(None if count is not None and place >= count else "1" for place in range(3)) for count in cells]
    mapped = compile_mapping(CONFIG, TARGET, NAMES).map(marked(rows, cells))
    sources = [(0,), (2,), (1, 2), (0,), ()]
    expected = [
        [place for place, of in enumerate(sources) if of and count is not None and all(each >= count for each in of)]
        for count in cells
    ]
    assert mapped.column(MISSING).to_pylist() == [missing or None for missing in expected]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param(None, [None, None], id="a regular row"),
        pytest.param(2, [None, [1]], id="without its last value"),
        pytest.param(1, [[1], [1]], id="without values"),
        pytest.param(0, [[0, 1], [0, 1]], id="without anything"),
    ],
)
def test_points_of_a_row_miss_what_their_row_misses(cells, expected):
    points = compile_points("a", ["b", "c"], NAMES).map(marked([("1", "2", "3")], [cells], ["4"]))
    assert points.column(MISSING).to_pylist() == expected
    assert points.column(SURPLUS).to_pylist() == ["4", None]
