"""What can be done with executions, from the file that waits to the file that comes out."""

import pytest

from pipeline_exec_tests.api.graphql.pipelines import EXECUTE, Folders, create_pipeline, surroundings
from pipeline_exec_tests.builders import a_pipeline, an_execution

FIX = """
mutation ($id: ID!, $configuration: PipelineConfigurationChange, $cells: [CellEditInput!], $save: Boolean! = false) {
  fixExecution(id: $id, configuration: $configuration, cells: $cells, save: $save) {
    __typename
    ... on Execution { id status logs { type firstStage edits { row column value } } configurationId }
    ... on Problem { message }
    ... on ValidationProblem { errors { field message } }
  }
}
"""

CANCEL = """
mutation ($id: ID!) {
  cancelExecution(id: $id) {
    __typename
    ... on Execution { status error { type message } updatedBy { name } }
    ... on Problem { message }
  }
}
"""

RESULT = """
query ($id: ID!) {
  execution(id: $id) {
    status triggerType duration
    error { type }
    source { name }
    counts { totalRows totalCells totalErrorCells totalErrorRows }
    logs { type status firstStage }
    deliveries { status location connector { name } }
  }
}
"""

FINDINGS = """
query ($id: ID!, $first: Int! = 25, $after: String) {
  findings(executionId: $id, first: $first, after: $after) {
    totalCount nodes { row column value code message } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path)


@pytest.fixture
def ids(graph, folders):
    return surroundings(graph, folders)


@pytest.fixture
def pipeline(graph, ids):
    return create_pipeline(graph, ids)


def execute(graph, pipeline, key=None):
    made = graph.ask(EXECUTE, id=pipeline["id"], key=key)["createExecution"]["executions"]
    graph.engine.wait()
    return made


def test_each_waiting_file_is_executed_by_whoever_asks(graph, folders, pipeline):
    folders.put("one.csv")
    folders.put("two.csv")

    made = execute(graph, pipeline)
    assert [(each["status"], each["triggerType"], each["pipeline"], each["createdBy"]) for each in made] == [
        ("PROCESSING", "MANUAL", {"name": "Animals, daily"}, {"name": "Ada"})
    ] * 2

    for each in made:
        result = graph.ask(RESULT, id=each["id"])["execution"]
        location = result["deliveries"][0].pop("location")
        assert location.startswith(str(folders.sink))
        assert result.pop("duration") >= 0
        assert result.pop("source")["name"] in ("one.csv", "two.csv")
        assert result == {
            "status": "SUCCESSFUL",
            "triggerType": "MANUAL",
            "error": None,
            "counts": {"totalRows": 2, "totalCells": 6, "totalErrorCells": 0, "totalErrorRows": 0},
            "logs": [{"type": "CREATE", "status": "SUCCESSFUL", "firstStage": "READ"}],
            "deliveries": [{"status": "DELIVERED", "connector": {"name": "to a folder"}}],
        }
    assert folders.results == ["name,age,kind\nTom,3,cat\nKit,,cat\n"] * 2


def test_a_repeated_request_with_the_same_key_makes_nothing_new(graph, folders, pipeline):
    folders.put("one.csv")
    first = execute(graph, pipeline, key="today")
    folders.put("two.csv")
    assert [each["id"] for each in execute(graph, pipeline, key="today")] == [each["id"] for each in first]
    assert len(execute(graph, pipeline, key="tomorrow")) == 1


def test_a_key_that_is_too_long_is_a_typed_problem(graph, pipeline):
    assert graph.ask(EXECUTE, id=pipeline["id"], key="k" * 201)["createExecution"] == {
        "__typename": "ValidationProblem",
        "message": "The idempotency key is longer than 200 characters.",
        "errors": [{"field": "idempotencyKey"}],
    }


def test_a_pipeline_that_is_not_there_is_a_typed_problem(graph):
    assert graph.ask(EXECUTE, id="nothing")["createExecution"] == {
        "__typename": "NotFoundProblem",
        "message": "There is no pipeline 'nothing'.",
    }


def test_a_pipeline_that_is_not_active_is_a_typed_problem(graph):
    pipeline = graph.store(a_pipeline(active=False))
    assert graph.ask(EXECUTE, id=pipeline.id)["createExecution"] == {
        "__typename": "ConflictProblem",
        "message": "Pipeline 'import' is not active. Set active to true to execute it.",
    }


def test_repaired_cells_make_a_failed_execution_succeed(graph, folders, pipeline):
    folders.put("a.csv", "name,age,kind\nTom,three,Cat\n,4,Dog\n")
    (made,) = execute(graph, pipeline)
    assert graph.ask(RESULT, id=made["id"])["execution"]["error"] == {"type": "ERROR_THRESHOLD_EXCEEDED"}

    found = graph.ask(FINDINGS, id=made["id"])["findings"]
    assert found["totalCount"] == 3
    assert [(each["row"], each["column"], each["value"], each["code"]) for each in found["nodes"]] == [
        (1, "age", "three", "type.int"),
        (2, "name", None, "required"),
        (2, "kind", "Dog", "type.category"),
    ]

    cells = [
        {"row": 1, "column": "age", "value": "3"},
        {"row": 2, "column": "name", "value": "Rex"},
        {"row": 2, "column": "kind", "value": None},
    ]
    fixed = graph.ask(FIX, id=made["id"], cells=cells)["fixExecution"]
    assert (fixed["status"], [log["type"] for log in fixed["logs"]]) == ("PROCESSING", ["CREATE", "FIX"])
    assert fixed["logs"][1]["firstStage"] == "VALIDATE"
    graph.engine.wait()

    result = graph.ask(RESULT, id=made["id"])["execution"]
    assert (result["status"], [log["status"] for log in result["logs"]]) == ("SUCCESSFUL", ["FAILED", "SUCCESSFUL"])
    assert folders.results == ["name,age,kind\nTom,3,cat\nRex,4,\n"]


def test_findings_come_in_pages(graph, folders, pipeline):
    folders.put("a.csv", "name,age,kind\n" + "Tom,x,Cat\n" * 5)
    (made,) = execute(graph, pipeline)

    rows, after = [], None
    for _ in range(3):
        page = graph.ask(FINDINGS, id=made["id"], first=2, after=after)["findings"]
        rows += [each["row"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (rows, page["totalCount"], page["pageInfo"]["hasNextPage"]) == ([1, 2, 3, 4, 5], 5, False)


def test_findings_of_what_was_not_validated_are_not_found(graph):
    execution = graph.store(an_execution(graph.store(a_pipeline())))
    assert graph.refused(FINDINGS, id=execution.id)["extensions"] == {"code": "NOT_FOUND"}


@pytest.mark.parametrize("save", [True, False], ids=["for later ones too", "for this one only"])
def test_a_changed_configuration_makes_a_failed_execution_succeed(graph, folders, pipeline, save):
    folders.put("a.csv", "name,age,kind\nTom,three,Cat\n")
    (made,) = execute(graph, pipeline)

    change = {"errorConfig": {"errorThreshold": 50}}
    fixed = graph.ask(FIX, id=made["id"], configuration=change, save=save)["fixExecution"]
    graph.engine.wait()

    assert fixed["configurationId"] != pipeline["configuration"]["id"]
    assert graph.ask(RESULT, id=made["id"])["execution"]["status"] == "SUCCESSFUL"
    asked = "query ($id: ID!) { pipeline(id: $id) { configuration { id errorConfig { errorThreshold onError } } } }"
    current = graph.ask(asked, id=pipeline["id"])["pipeline"]["configuration"]
    assert (current["id"] == fixed["configurationId"]) is save
    assert current["errorConfig"] == {"errorThreshold": 50.0 if save else 0.0, "onError": "EMPTY"}


def test_a_changed_configuration_that_is_not_valid_names_the_field_as_the_schema_does(graph, folders, pipeline):
    folders.put("a.csv", "name,age,kind\nTom,three,Cat\n")
    (made,) = execute(graph, pipeline)

    change = {"errorConfig": {"errorThreshold": 101}}
    problem = graph.ask(FIX, id=made["id"], configuration=change)["fixExecution"]
    assert problem["__typename"] == "ValidationProblem"
    assert [error["field"] for error in problem["errors"]] == ["configuration.errorConfig.errorThreshold"]
    assert "configuration.errorConfig.errorThreshold" in problem["message"]


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        pytest.param({"row": 1, "column": "size", "value": "3"}, "cells.0.column", id="in no column"),
        pytest.param({"row": 0, "column": "age", "value": "3"}, "cells.0.row", id="in no row"),
    ],
)
def test_a_repaired_cell_that_is_nowhere_is_named(graph, folders, pipeline, cell, field):
    folders.put("a.csv", "name,age,kind\nTom,three,Cat\n")
    (made,) = execute(graph, pipeline)

    problem = graph.ask(FIX, id=made["id"], cells=[cell])["fixExecution"]
    assert problem["__typename"] == "ValidationProblem"
    assert [error["field"] for error in problem["errors"]] == [field]


def test_an_execution_that_runs_cannot_be_fixed(graph):
    execution = graph.store(an_execution(graph.store(a_pipeline())))
    problem = graph.ask(FIX, id=execution.id)["fixExecution"]
    assert problem == {
        "__typename": "ConflictProblem",
        "message": f"Execution {execution.id} is PROCESSING. Wait for its end or cancel it first.",
    }


def test_a_running_execution_can_be_canceled_once(graph):
    execution = graph.store(an_execution(graph.store(a_pipeline())))
    canceled = graph.ask(CANCEL, id=execution.id)["cancelExecution"]
    assert (canceled["status"], canceled["error"]["type"], canceled["updatedBy"]) == (
        "FAILED",
        "CANCELED",
        {"name": "Ada"},
    )
    assert graph.engine.canceled == [execution.log.run_id]
    assert graph.ask(CANCEL, id=execution.id)["cancelExecution"]["__typename"] == "ConflictProblem"
    assert graph.ask(CANCEL, id="nothing")["cancelExecution"]["__typename"] == "NotFoundProblem"
