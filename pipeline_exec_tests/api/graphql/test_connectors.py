"""Connectors: their secrets go in and never come out."""

import pytest

from pipeline_exec_tests.builders import a_connector, a_pipeline

CREATE = """
mutation ($input: ConnectorInput!) {
  createConnector(input: $input) { ...Made }
}
"""

UPDATE = """
mutation ($id: ID!, $input: ConnectorInput!) {
  updateConnector(id: $id, input: $input) { ...Made }
}
"""

MADE = """
fragment Made on %s {
  __typename
  ... on Connector { id name type nodeType triggerType configuration permissions { level } createdBy { name } }
  ... on Problem { message }
  ... on ValidationProblem { errors { field message } }
}
"""

DELETE = """
mutation ($id: ID!) {
  deleteConnector(id: $id) { __typename ... on Deleted { id } ... on Problem { message } }
}
"""

TEST = """
mutation ($id: ID!) {
  testConnector(id: $id) {
    __typename ... on ConnectorTest { success error { type message } } ... on Problem { message }
  }
}
"""

SECRET = "open-sesame"
PULL = {
    "name": "prices",
    "type": "INPUT",
    "nodeType": "HTTP",
    "triggerType": "TIME_BASE",
    "configuration": {
        "url": "https://prices.example/today",
        "auth": {"type": "BEARER", "token": SECRET},
        "headers": {"X-Key": SECRET},
    },
    "permissions": {"level": "PUBLIC"},
}


def create(graph, **change):
    return graph.ask(CREATE + MADE % "CreateConnectorResult", input={**PULL, **change})["createConnector"]


def update(graph, id, **change):
    return graph.ask(UPDATE + MADE % "UpdateConnectorResult", id=id, input={**PULL, **change})["updateConnector"]


def secrets(graph, id):
    connector = graph.layer.connectors.get(id)
    return graph.layer.connectors.sealing.unsealed(connector.document.configuration)


def test_a_connector_shows_everything_but_its_secrets(graph):
    made = create(graph)
    asked = "query ($id: ID!) { connector(id: $id) { configuration } connectors { nodes { configuration } } }"
    shown = graph.post(asked, id=made["id"])

    assert made["configuration"]["url"] == "https://prices.example/today"
    assert made["configuration"]["auth"] == {"type": "BEARER", "token": "********"}
    assert made["permissions"] == {"level": "PUBLIC"}
    assert shown.json()["data"]["connector"]["configuration"] == made["configuration"]
    assert SECRET not in shown.text + str(made)
    assert "sealed" not in shown.text
    assert secrets(graph, made["id"])["auth"]["token"] == SECRET


def test_a_mask_keeps_the_secret_that_is_there(graph):
    made = create(graph)
    configuration = {**made["configuration"], "url": "https://prices.example/tomorrow"}
    updated = update(graph, made["id"], configuration=configuration)
    assert updated["configuration"]["url"] == "https://prices.example/tomorrow"
    assert secrets(graph, made["id"])["auth"]["token"] == SECRET


def test_a_mask_of_nothing_is_a_typed_problem(graph):
    made = create(graph, configuration={"url": "https://prices.example/today"})
    problem = update(graph, made["id"])
    assert problem["__typename"] == "Connector"
    configuration = {"url": "https://prices.example/today", "auth": {"type": "BASIC", "password": "********"}}
    assert update(graph, made["id"], configuration=configuration)["__typename"] == "ValidationProblem"


def test_what_is_wrong_in_a_configuration_is_named_as_it_was_written(graph):
    problem = create(graph, configuration={"url": "https://prices.example", "timeout_seconds": -1, "colour": "red"})
    assert problem["__typename"] == "ValidationProblem"
    assert {error["field"] for error in problem["errors"]} == {"configuration.timeout_seconds", "configuration.colour"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"nodeType": "GCS"}, "nodeType", id="a kind there is not"),
        pytest.param({"permissions": None}, "permissions", id="null"),
    ],
)
def test_what_is_wrong_beside_the_configuration_is_named_as_the_schema_does(graph, change, field):
    problem = create(graph, **change)
    assert problem["__typename"] == "ValidationProblem"
    assert [error["field"] for error in problem["errors"]] == [field]


def test_an_input_without_a_trigger_is_a_typed_problem(graph):
    assert "trigger_type" in create(graph, triggerType=None)["message"]


def test_a_name_that_is_taken_is_a_typed_problem(graph):
    create(graph)
    assert create(graph)["__typename"] == "ConflictProblem"


def test_a_connector_in_use_cannot_be_deleted(graph):
    graph.store(a_pipeline())
    problem = graph.ask(DELETE, id=a_connector().id)["deleteConnector"]
    assert problem["__typename"] == "ConflictProblem"
    assert "'import'" in problem["message"]


def test_a_connector_can_be_deleted_once(graph):
    made = create(graph)
    assert graph.ask(DELETE, id=made["id"])["deleteConnector"]["id"] == made["id"]
    assert graph.ask(DELETE, id=made["id"])["deleteConnector"]["__typename"] == "NotFoundProblem"
    assert update(graph, made["id"])["__typename"] == "NotFoundProblem"


def test_a_connector_that_works_passes_its_test(graph, tmp_path):
    folder = graph.store(a_connector("folder", configuration={"path": str(tmp_path)}))
    assert graph.ask(TEST, id=folder.id)["testConnector"] == {
        "__typename": "ConnectorTest",
        "success": True,
        "error": None,
    }


def test_a_connector_that_does_not_work_says_why(graph, tmp_path):
    folder = graph.store(a_connector("folder", configuration={"path": str(tmp_path / "nowhere")}))
    tested = graph.ask(TEST, id=folder.id)["testConnector"]
    assert (tested["success"], tested["error"]["type"]) == (False, "SOURCE_UNRESPONSIVE")
    assert graph.ask(TEST, id="nothing")["testConnector"]["__typename"] == "NotFoundProblem"
