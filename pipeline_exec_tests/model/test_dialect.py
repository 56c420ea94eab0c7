import json

import pytest

from pipeline_exec.model.dialect import LONGEST_DIALECT, LONGEST_TEXT, MOST_LISTED, remembered


@pytest.mark.parametrize(
    "dialect",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"delimiter": ",", "header_row": None, "bom": True, "rows": 3}, id="plain facts"),
        pytest.param({"tables": [{"line": 9, "columns": ["a", "b"]}], "irregular_rows": {"short": 2}}, id="lists"),
        pytest.param({"lines": ["x" * LONGEST_TEXT], "names": list(range(MOST_LISTED))}, id="as much as is remembered"),
    ],
)
def test_a_dialect_of_usual_size_is_remembered_as_it_is(dialect):
    assert remembered(dialect) == dialect


def test_what_is_remembered_does_not_change_with_what_becomes_known_later():
    dialect = {"tables": [{"line": 1}]}
    before = remembered(dialect)
    dialect["tables"][0]["line"] = 2
    assert before == {"tables": [{"line": 1}]}


def test_of_a_long_list_the_first_are_remembered_and_all_are_counted():
    found = remembered({"names": list(range(1000)), "renamed": {str(number): number for number in range(300)}})
    assert (found["names"], found["total_names"]) == (list(range(MOST_LISTED)), 1000)
    assert (list(found["renamed"].values()), found["total_renamed"]) == (list(range(MOST_LISTED)), 300)


def test_of_a_long_text_the_beginning_is_remembered():
    assert remembered({"line": "x" * 1000})["line"] == "x" * (LONGEST_TEXT - 1) + "…"


def test_lists_within_lists_cannot_make_a_dialect_longer_than_it_may_be():
    table = {"columns": ["\u00e9" * 1000] * 1000}
    found = remembered({"format": "csv", "tables": [table] * 1000})
    assert len(json.dumps(found)) <= LONGEST_DIALECT
    assert (found["format"], found["total_tables"], found["tables"][0]["total_columns"]) == ("csv", 1000, 1000)
