import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.text import by_length, bytes_of, valid_text, without_bytes
from pipeline_exec_tests.dataplane.tables import texts

CELLS = st.lists(st.none() | st.text(min_size=1, max_size=6), max_size=8)


def test_what_is_not_utf_8_is_no_valid_text():
    half = pa.array([b"a", b"\xc3"], pa.binary()).view(pa.string())
    with pytest.raises(pa.ArrowInvalid, match="UTF8"):
        valid_text(half)


@given(CELLS, st.integers(0, 3))
def test_cells_are_found_by_the_length_of_their_bytes(cells, cut):
    column = texts(*cells).slice(cut)
    found = {}
    for places, matrix in by_length(column, range(1, 30)):
        found |= zip(places.tolist(), (row.tobytes().decode() for row in matrix), strict=True)
    assert found == {place: cell for place, cell in enumerate(cells[cut:]) if cell}


@given(CELLS, st.integers(0, 3))
def test_bytes_are_left_out_of_every_cell(cells, cut):
    column = texts(*cells).slice(cut)
    is_digit = np.isin(bytes_of(column)[1], list(b"0123456789"))
    shorter = without_bytes(column, is_digit)
    shorter.validate(full=True)
    assert shorter.to_pylist() == [cell and re.sub("[0-9]", "", cell) for cell in cells[cut:]]
