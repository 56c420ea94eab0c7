"""Findings of which not all are kept, and services that are asked for them, as clients see them."""

import pytest

from pipeline_exec_tests.api.conftest import an_api
from pipeline_exec_tests.servers.http import Reply

GRAPHQL = """query ($id: ID!, $after: String) { findings(executionId: $id, first: 2, after: $after) {
  nodes { row } totalCount pageInfo { hasNextPage endCursor }
} }"""


@pytest.fixture(scope="module")
def thrifty(tmp_path_factory):
    """An application that keeps three findings of an execution."""
    with an_api(tmp_path_factory.mktemp("thrifty"), {"max_findings": 3}) as api:
        yield api


@pytest.fixture(scope="module")
def cut(thrifty):
    """An execution with five erroneous cells."""
    return thrifty.execute(thrifty.a_pipeline().receives("name,age\n" + "Ada,old\n" * 5))


def test_the_total_counts_findings_that_are_not_kept(thrifty, cut):
    answer = thrifty.client.get(f"/dp/api/v1/execution/{cut['id']}/errors").json()

    assert [each["row"] for each in answer["data"]] == [1, 2, 3]
    assert answer["pagination"]["total"] == cut["logs"][-1]["data"]["total_error_cells"] == 5


@pytest.mark.parametrize(("ages", "total", "kept"), [(5, "5", "3"), (2, "2", "2")], ids=["some", "all"])
def test_the_headers_of_a_csv_say_how_many_findings_there_are_and_how_many_are_kept(thrifty, ages, total, kept):
    ended = thrifty.execute(thrifty.a_pipeline().receives("name,age\n" + "Ada,old\n" * ages))
    answer = thrifty.client.get(f"/dp/api/v1/execution/{ended['id']}/errors", params={"format": "csv"})

    assert (answer.headers["X-Total-Count"], answer.headers["X-Kept-Count"]) == (total, kept)
    assert len(answer.text.splitlines()) == 1 + int(kept)


def test_pages_of_findings_end_where_no_more_are_kept(thrifty, cut):
    rows, after = [], None
    for _ in range(3):
        asked = {"query": GRAPHQL, "variables": {"id": cut["id"], "after": after}}
        page = thrifty.client.post("/graphql", json=asked).json()["data"]["findings"]
        rows += [each["row"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert (rows, page["totalCount"]) == ([1, 2, 3], 5)


def test_a_service_named_by_the_connectors_name_is_asked_and_the_connector_stays(api, http_server):
    error = {"row": 1, "column": "name", "message": "Unknown.", "code": "unknown"}
    judge = api.a_connector(
        "judge", "OUTPUT", "HTTP", url=http_server.script("/check", Reply(200, {"errors": [error]}))
    )
    name = api.data(f"/connector/{judge}")["name"]
    columns = [{"key": "name", "validations": [{"type": "WEBHOOK", "connector": name}]}, {"key": "age"}]
    ended = api.execute(api.a_pipeline(columns=columns).receives("name,age\nAda,36\n"))

    assert ended["error"]["type"] == "ERROR_THRESHOLD_EXCEEDED"
    [found] = api.data(f"/execution/{ended['id']}/errors")
    assert found == {"row": 1, "column": "name", "value": "Ada", "code": "webhook.unknown", "message": "Unknown."}
    refused = api.client.delete(f"/dp/api/v1/connector/{judge}")
    assert refused.status_code == 409
    assert "is used by the target data model" in refused.json()["message"]


@pytest.mark.parametrize("format", ["json", "csv", "xlsx"])
def test_what_cannot_be_asked_is_refused_whatever_the_format(thrifty, cut, format):
    answer = thrifty.client.get(f"/dp/api/v1/execution/{cut['id']}/errors", params={"format": format, "colour": "red"})
    assert answer.status_code == 400
    assert "there are pagination, format" in answer.json()["message"]
