import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.edits import apply_edits
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.execution import CellEdit
from pipeline_exec.model.rows import Rows
from pipeline_exec_tests.dataplane.tables import batch, column

COLUMNS = [column("a"), column("b")]


def edited(batches, *edits):
    rows = Rows(batches[0].schema, batches)
    edits = [CellEdit(row=row, column=key, value=value) for row, key, value in edits]
    return pa.Table.from_batches(apply_edits(rows, edits, COLUMNS), rows.schema).to_pydict()


def test_cells_are_replaced_wherever_their_batch_begins():
    batches = [batch(a=["1", "2"], b=["x", "y"]), batch(a=["3"], b=["z"])]
    assert edited(batches, (2, "a", "two"), (3, "b", "Z"), (3, "a", None)) == {
        "a": ["1", "two", None],
        "b": ["x", "y", "Z"],
    }


def test_an_empty_text_empties_the_cell():
    assert edited([batch(a=["1"], b=["x"])], (1, "a", "")) == {"a": [None], "b": ["x"]}


def test_the_last_of_several_edits_of_a_cell_counts():
    assert edited([batch(a=["1"], b=["x"])], (1, "a", "2"), (1, "a", "3")) == {"a": ["3"], "b": ["x"]}


def test_wrong_cells_are_refused_before_any_row_is_read():
    with pytest.raises(InvalidDocument) as refused:
        edited([batch(a=["1"], b=["x"])], (1, "c", "2"), (0, "a", "3"))
    assert [(problem.field, problem.message) for problem in refused.value.problems] == [
        ("cells.0.column", "'c' is no column; there are a, b"),
        ("cells.1.row", "rows count from 1"),
    ]


def test_a_row_beyond_the_last_is_refused_at_the_end():
    with pytest.raises(InvalidDocument, match=r"cells\.0\.row: there is no row 3; the last is 2"):
        edited([batch(a=["1", "2"], b=["x", "y"])], (3, "a", "z"))


@given(st.lists(st.lists(st.text("ab", max_size=2), max_size=5), min_size=1, max_size=4), st.data())
def test_edits_do_what_assignments_to_a_list_do(parts, data):
    expected = [cell for part in parts for cell in part]
    if not expected:
        return
    edits = data.draw(
        st.lists(st.tuples(st.integers(1, len(expected)), st.none() | st.text("xy", max_size=2)), max_size=6)
    )
    for row, value in edits:
        expected[row - 1] = value or None
    batches = [batch(a=part, b=part) for part in parts]
    assert edited(batches, *((row, "a", value) for row, value in edits))["a"] == expected
