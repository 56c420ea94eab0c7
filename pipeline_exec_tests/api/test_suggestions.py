"""Mappings are proposed for the columns of a source, however these are told."""

import json

import pytest

from pipeline_exec.api.body_limit import LARGEST_BODY

ADDRESS = "/dp/api/v1/pipeline/suggest-mapping"
COLUMNS = [
    {"key": "name", "label": "Full name"},
    {"key": "age", "column_type": "int", "alternative_matches": ["Alter"]},
    {"key": "mail", "column_type": "email"},
    {"key": "town"},
]
TEXT = "Full Name,Alter,contact,colour\nAda,36,ada@example.com,red\nGrace,85,grace@example.com,blue\n"

SUGGEST = """
mutation ($input: SuggestMappingInput!) {
  suggestMapping(input: $input) {
    __typename
    ... on SuggestedMapping { sourceColumns mappings { targetColumn sourceColumn method score } }
    ... on Problem { message }
  }
}
"""


@pytest.fixture(scope="module")
def model(api):
    return api.made("/tdm/", {"name": api.unique("people"), "columns": COLUMNS})["id"]


@pytest.fixture(scope="module")
def connector(api):
    pipeline = api.a_pipeline().receives(TEXT)
    return api.layer.pipelines.get(pipeline.id).configuration.document.input_connectors[0]


def found(answer):
    assert answer.status_code == 200, answer.text
    return {
        each["target_column"]: (each["source_column"], each["method"]) for each in answer.json()["data"]["mappings"]
    }


BY_NAME = {"name": ("Full Name", "LABEL"), "age": ("Alter", "ALTERNATIVE_MATCH")}
BY_CONTENT = {**BY_NAME, "mail": ("contact", "CONTENT")}


def test_columns_are_matched_by_name_and_each_says_how(api, model):
    answer = api.client.post(ADDRESS, json={"tdm": model, "source_columns": ["Full Name", "Alter", "contact"]})

    assert found(answer) == BY_NAME
    assert answer.json()["data"]["source_columns"] == ["Full Name", "Alter", "contact"]
    assert [each["score"] for each in answer.json()["data"]["mappings"]] == [0.99, 1.0]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"files": {"file": ("people.csv", TEXT)}}, id="multipart"),
        pytest.param({"content": TEXT, "headers": {"X-File-Name": "people.csv"}}, id="raw"),
    ],
)
def test_a_file_tells_its_columns_and_what_they_hold(api, model, sent):
    assert found(api.client.post(ADDRESS, params={"tdm": model}, **sent)) == BY_CONTENT


def test_a_connector_is_asked_for_them(api, model, connector):
    before = api.client.get("/dp/api/v1/execution/").json()["pagination"]["total"]

    assert found(api.client.post(ADDRESS, json={"tdm": model, "connector": connector})) == BY_CONTENT
    assert api.client.get("/dp/api/v1/execution/").json()["pagination"]["total"] == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"json": {"tdm": "absent", "source_columns": ["a"]}}, 404, id="no such model"),
        pytest.param({"json": {"tdm": "MODEL"}}, 400, id="no source"),
        pytest.param({"json": {"tdm": "MODEL", "source_columns": []}}, 400, id="no columns"),
        pytest.param({"json": {"tdm": "MODEL", "source_columns": ["a"], "connector": "b"}}, 400, id="two sources"),
        pytest.param({"json": {"tdm": "MODEL", "connector": "absent"}}, 404, id="no such connector"),
        pytest.param({"content": "not json"}, 400, id="no JSON"),
        pytest.param({"content": "[" * 100_000}, 400, id="JSON without end"),
        pytest.param({"params": {"tdm": "MODEL"}, "content": "%PDF-1.4"}, 400, id="no table"),
        pytest.param({"params": {"tdm": "MODEL"}, "files": {"note": (None, "text")}}, 400, id="no file"),
    ],
)
def test_what_cannot_be_proposed_for_is_refused(api, model, sent, status):
    given = {
        key: {name: model if each == "MODEL" else each for name, each in value.items()} if key != "content" else value
        for key, value in sent.items()
    }
    answer = api.client.post(ADDRESS, **given)
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]


class TestGraphQL:
    """The same through the facade."""

    def ask(self, api, **input):
        answer = api.client.post("/graphql", json={"query": SUGGEST, "variables": {"input": input}}).json()
        assert "errors" not in answer, answer
        return answer["data"]["suggestMapping"]

    @pytest.mark.parametrize("source", ["columns", "connector", "sample"])
    def test_it_proposes_the_same(self, api, model, connector, source):
        given = {
            "columns": {"sourceColumns": ["Full Name", "Alter", "contact", "colour"]},
            "connector": {"connectorId": connector},
            "sample": {"sample": {"name": "people.csv", "text": TEXT}},
        }
        suggested = self.ask(api, targetDataModelId=model, **given[source])

        expected = BY_NAME if source == "columns" else BY_CONTENT
        assert {
            each["targetColumn"]: (each["sourceColumn"], each["method"]) for each in suggested["mappings"]
        } == expected
        assert suggested["sourceColumns"] == ["Full Name", "Alter", "contact", "colour"]

    def test_what_cannot_be_proposed_for_is_a_typed_problem(self, api, model):
        assert self.ask(api, targetDataModelId=model)["__typename"] == "ValidationProblem"
        assert self.ask(api, targetDataModelId="absent", sourceColumns=["a"])["__typename"] == "NotFoundProblem"


def test_a_file_may_be_larger_than_a_document(api, model):
    large = TEXT + "Ada,36,ada@example.com,red\n" * 200_000
    assert found(api.client.post(ADDRESS, params={"tdm": model}, content=large)) == BY_CONTENT


def test_a_document_may_not_be_that_large(api, model):
    answer = api.client.post(ADDRESS, json={"tdm": model, "source_columns": ["x" * LARGEST_BODY]})
    assert answer.status_code == 413
    assert "Send a file" in answer.json()["message"]


@pytest.mark.parametrize("source", ["file", "connector"])
def test_how_a_source_is_read_may_be_said(api, model, connector, source):
    asked = {"read_options": json.dumps({"delimiter": ";", "header_row": 1})}
    if source == "file":
        answer = api.client.post(ADDRESS, params={"tdm": model, **asked}, content=TEXT)
    else:
        answer = api.client.post(ADDRESS, params=asked, json={"tdm": model, "connector": connector})
    assert answer.json()["data"]["source_columns"] == ["Full Name,Alter,contact,colour"]
