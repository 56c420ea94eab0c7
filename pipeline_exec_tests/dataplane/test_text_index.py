"""Places of texts in a long column: those that Arrow would tell, whichever way they are found."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane import text_index
from pipeline_exec.dataplane.text_index import places_in
from pipeline_exec_tests.dataplane.tables import texts

CELLS = st.lists(st.none() | st.text("aé😀\0", max_size=2), max_size=12)


@given(CELLS, CELLS)
def test_a_long_column_is_searched_as_a_short_one_is(column, wanted):
    expected = pc.index_in(texts(*wanted), texts(*column), skip_nulls=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_index, "MANY", 0)
        patch.setattr(text_index, "_HASHED_AT_ONCE", 5)
        assert places_in(texts(*column))(texts(*wanted)).equals(expected)


def test_texts_that_have_the_same_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(text_index, "MANY", 0)
    monkeypatch.setattr(text_index._HashIndex, "_hashed", lambda _, cells: pa.array([7] * len(cells)).to_numpy())
    assert places_in(texts("a", "b"))(texts("b", "c", "a")).to_pylist() == [1, None, 0]
    assert places_in(texts("a", "a"))(texts("b", "a")).to_pylist() == [None, 0]
