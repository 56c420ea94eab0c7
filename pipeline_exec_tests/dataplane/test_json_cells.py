"""Cells as JSON."""

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec.dataplane.json_cells import json_cells, json_key, json_strings
from pipeline_exec.model.target_model import TargetColumn

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=8)


@given(texts=TEXTS)
@example(texts=["".join(map(chr, range(0x80))), '\\"', "\\n", "\u2028é🙂", "", None])
def test_any_text_is_the_same_once_it_was_read_again(texts):
    written = json_strings(pa.array(texts, pa.string())).to_pylist()
    assert [each if each is None else json.loads(each) for each in written] == texts


@given(key=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_key_is_the_same_once_it_was_read_again(key):
    assert json.loads(json_key(key)) == key


@pytest.mark.parametrize(
    ("column_type", "attributes", "values", "expected"),
    [
        ("int", {}, [2**60, -1, None], ["1152921504606846976", "-1", "null"]),
        ("float", {"number_format": "1.234,56"}, [0.5, 1234.0], ["0.5", "1234"]),
        ("decimal", {}, [Decimal("0.000000001"), Decimal("1.50")], ["0.000000001", "1.5"]),
        ("boolean", {}, [True, False, None], ["true", "false", "null"]),
        ("date", {"output_format": "DD.MM.YYYY"}, [0, None], ['"01.01.1970"', "null"]),
        ("string", {}, ['a "b"', None], [r'"a \"b\""', "null"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_cells_are_what_their_type_is_in_json(column_type, attributes, values, expected):
    kind = cell_type(TargetColumn(key="c", column_type=column_type, **attributes))
    column = pa.array(values, pa.int32() if column_type == "date" else kind.arrow_type).cast(kind.arrow_type)
    assert json_cells(kind, column, None).to_pylist() == expected


def test_the_text_of_an_erroneous_cell_stands_in_place_of_its_value():
    kind = cell_type(TargetColumn(key="c", column_type="int"))
    kept = pa.array([None, '4,"5', None], pa.string())
    assert json_cells(kind, pa.array([1, None, None]), kept).to_pylist() == ["1", r'"4,\"5"', "null"]
