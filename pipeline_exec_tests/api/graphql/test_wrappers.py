"""Wrappers: made, executed to their end, stopped and deleted."""

import pytest

from pipeline_exec_tests.builders import a_wrapper

CREATE = """
mutation ($input: WrapperInput!) {
  createWrapper(input: $input) {
    __typename ... on Wrapper { id ...Whole } ... on Problem { message } ... on ValidationProblem { errors { field } }
  }
}
fragment Whole on Wrapper {
  name sourceType sourceConfig status health errorMessage lastDataSent dataPointsCount highWaterMark lowWaterMark phase
  destination { nodeType configuration connector { name } }
  createdBy { name }
}
"""

EXECUTE = """
mutation ($id: ID!) {
  executeWrapper(id: $id) {
    __typename
    ... on ExecutedWrapper {
      wrapper { status dataPointsCount highWaterMark lowWaterMark executionLog(first: 2) { level message } }
      execution { status error { type } counts { totalRows } pipeline { name } configurationId }
    }
    ... on Problem { message }
  }
}
"""

SECRET = "open-sesame"


@pytest.fixture
def points(tmp_path):
    (tmp_path / "out").mkdir()
    path = tmp_path / "points.csv"
    path.write_text("time,value\n2024-01-01,1\n2024-01-03,2.5\n")
    return path


def wrapper_input(points, **change):
    return {
        "name": "sensor",
        "sourceType": "CSV",
        "sourceConfig": {"location": str(points), "time_column": "time", "value_columns": ["value"]},
        "destination": {"nodeType": "LOCAL", "configuration": {"path": str(points.parent / "out")}},
        **change,
    }


def create(graph, points, **change):
    return graph.ask(CREATE, input=wrapper_input(points, **change))["createWrapper"]


def test_executing_a_wrapper_answers_when_it_has_ended(graph, points):
    made = create(graph, points)
    assert (made["status"], made["health"], made["dataPointsCount"]) == ("PENDING", "UNKNOWN", 0)
    assert made["createdBy"] == {"name": "Ada"}

    executed = graph.ask(EXECUTE, id=made["id"])["executeWrapper"]
    assert executed["execution"] == {
        "status": "SUCCESSFUL",
        "error": None,
        "counts": {"totalRows": 2},
        "pipeline": None,
        "configurationId": None,
    }
    assert executed["wrapper"]["status"] == "COMPLETED"
    assert executed["wrapper"]["dataPointsCount"] == 2
    assert executed["wrapper"]["lowWaterMark"] == "2024-01-01T00:00:00.000000Z"
    assert [line["message"] for line in executed["wrapper"]["executionLog"]] == [
        "The execution started.",
        "Sent 2 data points.",
    ]


def test_a_wrapper_that_fails_says_why(graph, points):
    made = create(graph, points)
    points.unlink()
    executed = graph.ask(EXECUTE, id=made["id"])["executeWrapper"]
    assert executed["execution"]["status"] == "FAILED"
    assert executed["execution"]["error"] == {"type": "SOURCE_UNRESPONSIVE"}
    assert executed["wrapper"]["status"] == "ERROR"


@pytest.mark.parametrize("verb", ["executeWrapper", "stopWrapper", "deleteWrapper"])
def test_a_wrapper_that_is_not_there_is_a_typed_problem(graph, verb):
    asked = f'mutation {{ {verb}(id: "nothing") {{ ... on NotFoundProblem {{ message }} }} }}'
    assert graph.ask(asked)[verb]["message"]


def test_secrets_of_wrappers_are_masked(graph, points):
    made = create(
        graph,
        points,
        sourceType="API",
        sourceConfig={
            "location": "https://points.example",
            "auth_type": "bearer",
            "token": SECRET,
            "date_field": "at",
            "value_field": "value",
        },
        destination={
            "nodeType": "HTTP",
            "configuration": {"url": "https://sink.example", "auth": {"type": "BEARER", "token": SECRET}},
        },
    )
    assert made["__typename"] == "Wrapper"
    assert made["sourceConfig"]["token"] == "********"
    assert made["destination"]["configuration"]["auth"]["token"] == "********"
    assert SECRET not in str(made)


def test_what_is_not_valid_is_a_typed_problem(graph, points):
    problem = create(graph, points, sourceConfig={"location": str(points), "time_column": "time"})
    assert (problem["__typename"], problem["errors"]) == (
        "ValidationProblem",
        [{"field": "sourceConfig.value_columns"}],
    )


def test_a_wrapper_can_be_changed(graph, points):
    made = create(graph, points)
    asked = """
    mutation ($id: ID!, $input: WrapperInput!) { updateWrapper(id: $id, input: $input) { ... on Wrapper { name } } }
    """
    changed = wrapper_input(points, name="thermometer")
    assert graph.ask(asked, id=made["id"], input=changed)["updateWrapper"] == {"name": "thermometer"}


def test_a_wrapper_can_be_stopped_and_deleted(graph):
    wrapper = graph.store(a_wrapper())
    stop = "mutation ($id: ID!) { stopWrapper(id: $id) { ... on Wrapper { status } } }"
    delete = "mutation ($id: ID!) { deleteWrapper(id: $id) { ... on Deleted { id } } }"
    assert graph.ask(stop, id=wrapper.id)["stopWrapper"] == {"status": "STOPPED"}
    assert graph.ask(delete, id=wrapper.id)["deleteWrapper"] == {"id": wrapper.id}
    assert graph.ask("query ($id: ID!) { wrapper(id: $id) { id } }", id=wrapper.id) == {"wrapper": None}


def test_wrappers_come_newest_first_and_in_pages(graph):
    for number, name in enumerate(("one", "two", "three")):
        graph.store(a_wrapper(name, id=f"wrapper-{number}"))
    asked = "{ wrappers(first: 2) { totalCount nodes { name } pageInfo { hasNextPage } } }"
    page = graph.ask(asked)["wrappers"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert [node["name"] for node in page["nodes"]] == ["three", "two"]
