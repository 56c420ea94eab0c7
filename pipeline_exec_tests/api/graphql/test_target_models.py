"""Target data models: made, read back as they were written, changed and deleted."""

import pytest

from pipeline_exec_tests.builders import a_pipeline, a_target_model

MADE = """
{
  __typename
  ... on TargetDataModel { id ...Whole }
  ... on Problem { message }
  ... on ValidationProblem { errors { field } }
}
"""

WHOLE = """
fragment Whole on TargetDataModel {
  name
  permissions { level }
  columns {
    key label description columnType required unique outputFormat numberFormat alternativeMatches
    options { label value alternativeMatches }
    validations
  }
}
"""

CREATE = f"mutation ($input: TargetDataModelInput!) {{ createTargetDataModel(input: $input) {MADE} }} {WHOLE}"
UPDATE = (
    f"mutation ($id: ID!, $input: TargetDataModelInput!) {{ updateTargetDataModel(id: $id, input: $input) {MADE} }}"
    + WHOLE
)
DELETE = """
mutation ($id: ID!) {
  deleteTargetDataModel(id: $id) { __typename ... on Deleted { id } ... on Problem { message } }
}
"""

DOCUMENT = {
    "name": "animals",
    "permissions": {"level": "PUBLIC"},
    "columns": [
        {
            "key": "kind",
            "label": "Kind",
            "description": "What it is.",
            "columnType": "CATEGORY",
            "required": True,
            "unique": False,
            "outputFormat": None,
            "numberFormat": None,
            "alternativeMatches": ["species"],
            "options": [{"label": "Cat", "value": "cat", "alternativeMatches": ["Kitty"]}],
            "validations": [],
        },
        {
            "key": "weight",
            "label": "",
            "description": "",
            "columnType": "FLOAT",
            "required": False,
            "unique": False,
            "outputFormat": None,
            "numberFormat": "1.234,56",
            "alternativeMatches": [],
            "options": [],
            "validations": [{"type": "MIN", "value": 0, "message": "No animal weighs less than nothing."}],
        },
    ],
}


def create(graph, **change):
    return graph.ask(CREATE, input={**DOCUMENT, **change})["createTargetDataModel"]


def test_a_model_is_read_as_it_was_written(graph):
    made = create(graph)
    asked = f"query ($id: ID!) {{ targetDataModel(id: $id) {{ ...Whole }} }} {WHOLE}"
    assert graph.ask(asked, id=made["id"])["targetDataModel"] == DOCUMENT


def test_a_column_needs_no_more_than_a_key(graph):
    (column,) = create(graph, columns=[{"key": "name"}])["columns"]
    assert (column["key"], column["columnType"], column["required"]) == ("name", "STRING", False)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        pytest.param({"key": ""}, "columns.0.key", id="no key"),
        pytest.param({"key": "a", "options": [{"label": "A", "value": None}]}, None, id="null where there is none"),
        pytest.param({"key": "a", "alternativeMatches": None}, "columns.0.alternativeMatches", id="null"),
        pytest.param({"key": "a", "validations": [{"type": "MAGIC"}]}, "columns.0.validations.0.type", id="in JSON"),
    ],
)
def test_what_is_not_valid_is_named_as_the_schema_does(graph, column, field):
    if field is None:
        assert "value" in graph.refused(CREATE, input={**DOCUMENT, "columns": [column]})["message"]
        return
    problem = create(graph, columns=[column])
    assert problem["__typename"] == "ValidationProblem"
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_change_reaches_the_pipelines_that_use_the_model(graph):
    pipeline = graph.store(a_pipeline())
    changed = {**DOCUMENT, "name": "people"}
    assert graph.ask(UPDATE, id=a_target_model().id, input=changed)["updateTargetDataModel"]["name"] == "people"
    asked = "query ($id: ID!) { pipeline(id: $id) { configuration { targetColumns { key } } } }"
    assert graph.ask(asked, id=pipeline.id)["pipeline"]["configuration"]["targetColumns"] == [
        {"key": "kind"},
        {"key": "weight"},
    ]


def test_a_name_that_is_taken_is_a_typed_problem(graph):
    create(graph)
    assert create(graph)["__typename"] == "ConflictProblem"


def test_a_model_in_use_cannot_be_deleted(graph):
    graph.store(a_pipeline())
    assert graph.ask(DELETE, id=a_target_model().id)["deleteTargetDataModel"]["__typename"] == "ConflictProblem"


def test_a_model_can_be_deleted_once(graph):
    made = create(graph)
    assert graph.ask(DELETE, id=made["id"])["deleteTargetDataModel"]["id"] == made["id"]
    for gone in (
        graph.ask(DELETE, id=made["id"])["deleteTargetDataModel"],
        graph.ask(UPDATE, id=made["id"], input=DOCUMENT)["updateTargetDataModel"],
    ):
        assert gone["__typename"] == "NotFoundProblem"
