import re

import pytest

from pipeline_exec.dataplane.mapping import check_mapping, compile_mapping
from pipeline_exec.errors import InvalidDocument, MappingFailure
from pipeline_exec_tests.dataplane.tables import batch, column, mapping


def sql(expression, *sources, **others):
    """A mapping of the target column ``x`` by an expression."""
    step = {"type": "SQL", "expression": expression}
    return mapping({"source_columns": sources, "target_column": "x", "transformations": [step], **others})


def mapped(config, **columns):
    table = batch(**columns)
    return compile_mapping(config, [column()], table.schema.names).map(table).column("x").to_pylist()


def test_an_expression_needs_no_source_columns_and_says_which_it_looks_at():
    mapper = compile_mapping(sql("a || b"), [column()], ["a", "b", "c", "x"])
    assert mapper.sources == {"x": ("a", "b")}
    assert mapper.map(batch(a=["1"], b=["2"], c=["3"], x=["4"])).to_pylist() == [{"x": "12"}]


def test_several_source_columns_may_go_into_one_expression():
    assert mapped(sql("value || b || a", "a", "b"), a=["1"], b=["2"]) == ["121"]


def test_the_text_so_far_is_called_value_and_a_column_of_that_name_source_value():
    steps = [{"type": "TRIM"}, {"type": "SQL", "expression": 'value || source."value"'}]
    config = mapping({"source_columns": ["a"], "target_column": "x", "transformations": steps})
    assert mapped(config, a=[" 1 "], value=["2"]) == ["12"]


def test_an_expression_over_the_text_so_far_looks_for_a_column_of_its_own_in_default_mode():
    assert compile_mapping(sql("upper(value)"), [column()], ["X"]).sources == {"x": ("X",)}
    assert compile_mapping(sql("upper(a)"), [column()], ["X", "a"]).sources == {"x": ("a",)}


def test_steps_behind_an_expression_go_on_with_its_value():
    steps = [{"type": "SQL", "expression": "a || '!'"}, {"type": "CASE", "to": "upper"}]
    assert mapped(mapping({"target_column": "x", "transformations": steps}), a=["hi"]) == ["HI!"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        pytest.param("(SELECT 1)", "the expression must not have a subquery", id="a subquery"),
        pytest.param("now()", "the expression must not call now()", id="another answer each time"),
        pytest.param("a ||", "the expression is not an expression that SQL can read", id="half an expression"),
    ],
)
def test_an_expression_is_read_when_the_pipeline_is_made(expression, message):
    with pytest.raises(InvalidDocument, match=re.escape(message)):
        check_mapping(sql(expression), [column()])


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        pytest.param(
            "b", "the expression names 'b', which is no column; there are 'a', 'value'", id="an absent column"
        ),
        pytest.param("upper(a, a)", "No function matches", id="wrong arguments"),
        pytest.param("string_split(a, ',')", "must answer a number, text, date, time or truth value", id="a list"),
        pytest.param("CAST(a AS INTEGER)", "has no value: Could not convert string 'z'", id="a cell of another kind"),
    ],
)
def test_what_cannot_be_evaluated_with_a_source_is_a_failure_of_the_mapping(expression, message):
    with pytest.raises(MappingFailure, match=re.escape(message)) as failed:
        mapped(sql(expression), a=["z"])
    assert failed.value.what.startswith("The transformations of column 'x' cannot be evaluated: the expression ")
    assert failed.value.remedy
