"""The running service as its users see it: REST, GraphQL and the Dagster UI tell the same story."""

import time
import uuid

import httpx
import pytest

from pipeline_exec_tests.e2e.rest import (
    ROWS,
    ended,
    executions_of,
    folder_pipeline,
    made,
    outputs,
    pipeline,
    settled,
    within,
)

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}
"""
REEXECUTE = """
mutation Again($params: ReexecutionParams!) {
  launchRunReexecution(reexecutionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId parentRunId } } ... on PythonError { message }
  }
}
"""
RUN = """
query Run($id: ID!) {
  runOrError(runId: $id) {
    ... on Run { status jobName tags { key value } eventConnection { events { __typename
      ... on HandledOutputEvent { stepKey metadataEntries { label ... on IntMetadataEntry { intValue } } } } } }
  }
}
"""
DEFINITIONS = """
{ repositoriesOrError { ... on RepositoryConnection { nodes {
    jobs { name } sensors { name sensorState { status } } schedules { name scheduleState { status } } } } } }
"""


@pytest.fixture
def client(service):
    with service.client() as client:
        yield client


def dagster(client: httpx.Client, query: str, **variables) -> dict:
    answer = client.post("/dagster/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert "errors" not in body, body
    return body["data"]


def definitions(client):
    (repository,) = dagster(client, DEFINITIONS)["repositoriesOrError"]["nodes"]
    return repository


def job_of(client, pipeline_id):
    """The job's name, as the sensor and the UI know it."""
    return client.get(f"/dp/api/v1/pipeline/{pipeline_id}").json()["data"]["name"].replace(" ", "_")


def test_an_execution_is_the_same_by_rest_by_graphql_and_in_the_dagster_ui(client, inbox, outbox):
    made_pipeline = folder_pipeline(client, inbox, outbox, trigger="TIME_BASE")
    (inbox / "people.csv").write_text(ROWS)
    answer = client.post("/dp/api/v1/execution/", json={"pipeline_id": made_pipeline["id"]})
    assert answer.status_code == 201
    (created,) = answer.json()["data"]
    assert created == {
        "id": created["id"],
        "pipeline": made_pipeline["id"],
        "status": "PROCESSING",
        "trigger_type": "MANUAL",
    }

    execution = ended(client, created["id"])
    assert execution["status"] == "SUCCESSFUL"
    assert "error" not in execution
    (log,) = execution["logs"]
    assert log["data"] == {"total_rows": 2, "total_cells": 6, "total_error_cells": 0, "total_error_rows": 0}
    assert (log["type"], log["status"]) == ("CREATE", "SUCCESSFUL")
    assert log["configuration"] == made_pipeline["configuration"]["id"]
    assert 0 < log["duration"] < 30_000
    assert execution["created_by"]["type"] == "USER"
    (listed,) = executions_of(client, made_pipeline["id"])["data"]
    assert listed["id"] == execution["id"]

    query = """query One($id: ID!) { execution(id: $id) { id status triggerType runId
        logs { status type duration counts { totalRows totalCells totalErrorCells totalErrorRows } } } }"""
    answer = client.post("/graphql", json={"query": query, "variables": {"id": execution["id"]}})
    shown = answer.json()["data"]["execution"]
    assert (shown["id"], shown["status"], shown["triggerType"]) == (execution["id"], "SUCCESSFUL", "MANUAL")
    assert shown["logs"][0]["duration"] == log["duration"]
    assert shown["logs"][0]["counts"]["totalRows"] == 2

    run = dagster(client, RUN, id=execution["run_id"])["runOrError"]
    assert run["status"] == "SUCCESS"
    assert {"key": "pipeline_exec/execution_id", "value": execution["id"]} in run["tags"]
    rows = {
        event["stepKey"]: entry["intValue"]
        for event in run["eventConnection"]["events"]
        if event["__typename"] == "HandledOutputEvent"
        for entry in event["metadataEntries"]
        if entry["label"] == "rows"
    }
    assert rows == {"read": 2, "map": 2, "validate": 2, "write": 2}


def test_a_file_in_a_watched_folder_is_executed_by_its_sensor(client, inbox, outbox):
    made_pipeline = folder_pipeline(client, inbox, outbox)
    (inbox / "people.csv").write_text(ROWS)
    (execution,) = settled(client, made_pipeline["id"], 1)
    assert execution["trigger_type"] == "EVENT"
    assert outputs(outbox)[0].read_text() == ROWS
    time.sleep(2.5)
    assert len(executions_of(client, made_pipeline["id"])["data"]) == 1


def test_a_new_pipeline_can_be_executed_at_once_and_is_in_the_dagster_ui_within_ten_seconds(client, inbox, outbox):
    (inbox / "people.csv").write_text(ROWS)
    begun = time.monotonic()
    made_pipeline = folder_pipeline(client, inbox, outbox)
    (created,) = client.post("/dp/api/v1/execution/", json={"pipeline_id": made_pipeline["id"]}).json()["data"]
    assert ended(client, created["id"])["status"] == "SUCCESSFUL"

    job = job_of(client, made_pipeline["id"])
    within(10, lambda: job in [each["name"] for each in definitions(client)["jobs"]])
    sensors = {sensor["name"]: sensor["sensorState"]["status"] for sensor in definitions(client)["sensors"]}
    assert sensors[f"{job}_sensor"] == "RUNNING"
    assert time.monotonic() - begun < 15


def test_a_schedule_appears_running_and_goes_with_its_pipeline(client, inbox, outbox):
    made_pipeline = folder_pipeline(
        client, inbox, outbox, trigger="TIME_BASE", schedule_config={"frequency": "DAILY", "timezone": "Europe/Berlin"}
    )
    name = f"{job_of(client, made_pipeline['id'])}_schedule"

    def states():
        return {each["name"]: each["scheduleState"]["status"] for each in definitions(client)["schedules"]}

    within(10, lambda: states().get(name) == "RUNNING")
    assert client.delete(f"/dp/api/v1/pipeline/{made_pipeline['id']}").json() == {"message": "success"}
    within(10, lambda: name not in states())


def test_a_run_launched_in_the_dagster_ui_is_an_execution_of_whoever_is_logged_in(client, inbox, outbox):
    made_pipeline = folder_pipeline(client, inbox, outbox, trigger="TIME_BASE")
    job = job_of(client, made_pipeline["id"])
    within(10, lambda: job in [each["name"] for each in definitions(client)["jobs"]])
    (inbox / "people.csv").write_text(ROWS)
    selector = {"repositoryLocationName": "pipeline_exec", "repositoryName": "pipelines", "jobName": job}
    launched = dagster(client, LAUNCH, params={"selector": selector, "runConfigData": {}})["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched

    (execution,) = settled(client, made_pipeline["id"], 1)
    assert (execution["trigger_type"], execution["status"]) == ("MANUAL", "SUCCESSFUL")
    assert execution["run_id"] == launched["run"]["runId"]
    assert execution["created_by"]["identifier"] == "owner"


def test_a_failed_execution_is_fixed_by_rest_and_by_the_dagster_ui(client, inbox, outbox):
    made_pipeline = folder_pipeline(client, inbox, outbox, trigger="TIME_BASE")
    (inbox / "people.csv").write_text("id,name,born\n1,Ada,1815-12-10\nx,Grace,1906-12-09\n")
    (created,) = client.post("/dp/api/v1/execution/", json={"pipeline_id": made_pipeline["id"]}).json()["data"]
    failed = ended(client, created["id"])
    assert failed["error"]["type"] == "ERROR_THRESHOLD_EXCEEDED"
    (finding,) = client.get(f"/dp/api/v1/execution/{failed['id']}/errors").json()["data"]
    assert (finding["row"], finding["column"], finding["value"], finding["code"]) == (2, "id", "x", "type.int")

    # The execution has ended a moment before its run has, which Dagster does not run again before.
    within(30, lambda: dagster(client, RUN, id=failed["run_id"])["runOrError"]["status"] == "FAILURE")
    params = {"parentRunId": failed["run_id"], "strategy": "FROM_FAILURE"}
    again = dagster(client, REEXECUTE, params=params)["launchRunReexecution"]
    assert again["__typename"] == "LaunchRunSuccess", again
    within(30, lambda: len(client.get(f"/dp/api/v1/execution/{failed['id']}").json()["data"]["logs"]) == 2)
    assert ended(client, failed["id"])["logs"][1]["type"] == "FIX"

    cells = [{"row": 2, "column": "id", "value": "2"}]
    answer = client.post(f"/dp/api/v1/execution/{failed['id']}/fix", json={"cells": cells})
    assert answer.status_code in (200, 202), answer.text
    fixed = ended(client, failed["id"])
    assert fixed["status"] == "SUCCESSFUL"
    assert [log["type"] for log in fixed["logs"]] == ["CREATE", "FIX", "FIX"]
    assert outputs(outbox)[0].read_text() == "id,name,born\n1,Ada,1815-12-10\n2,Grace,1906-12-09\n"


def test_a_push_is_executed_and_can_be_downloaded_again(client, outbox):
    source = made(client, "connector", type="INPUT", node_type="HTTP", trigger_type="EVENT_BASE", configuration={})
    pipeline(client, source, outbox)
    answer = client.post(
        f"/ingest/{source['id']}", content=ROWS.encode(), headers={"Content-Type": "text/csv", "X-File-Name": "p.csv"}
    )
    assert answer.status_code == 202, answer.text
    (created,) = answer.json()["data"]
    execution = ended(client, created["id"])
    assert (execution["trigger_type"], execution["status"]) == ("EVENT", "SUCCESSFUL")
    assert client.get(f"/dp/api/v1/execution/{execution['id']}/input").text == ROWS
    assert client.get(f"/dp/api/v1/execution/{execution['id']}/output").text == ROWS


def test_a_running_execution_can_be_canceled(client, inbox, outbox):
    made_pipeline = folder_pipeline(client, inbox, outbox, trigger="TIME_BASE")
    with (inbox / "large.csv").open("w") as file:
        file.write("id,name,born\n")
        file.writelines(f"{number},name {number},1900-01-01\n" for number in range(3_000_000))
    (created,) = client.post("/dp/api/v1/execution/", json={"pipeline_id": made_pipeline["id"]}).json()["data"]
    within(30, lambda: client.get(f"/dp/api/v1/execution/{created['id']}").json()["data"].get("progress"))
    answer = client.post(f"/dp/api/v1/execution/{created['id']}/cancel")
    assert answer.status_code == 200, answer.text

    canceled = ended(client, created["id"], seconds=2)
    assert canceled["error"]["type"] == "CANCELED"
    run = canceled["run_id"]
    within(10, lambda: dagster(client, RUN, id=run)["runOrError"]["status"] == "CANCELED")
    assert outputs(outbox) == []


def test_a_wrapper_is_executed_as_a_dagster_run_and_answers_when_it_has_ended(client, outbox):
    points = "when,temperature\n2026-01-01,3.5\n2026-01-02,4.25\n"
    uploaded = client.post("/resources/wrappers/files/upload", files={"file": ("points.csv", points.encode())})
    assert uploaded.status_code in (200, 201), uploaded.text
    wrapper = client.post(
        "/resources/wrappers/",
        json={
            "name": f"weather {uuid.uuid4().hex[:6]}",
            "source_type": "CSV",
            "source_config": {
                "file_id": uploaded.json()["file_id"],
                "time_column": "when",
                "value_columns": ["temperature"],
            },
            "destination": {"node_type": "LOCAL", "configuration": {"path": str(outbox), "file_extension": "json"}},
        },
    )
    assert wrapper.status_code in (200, 201), wrapper.text
    answer = client.post(f"/resources/wrappers/{wrapper.json()['wrapper_id']}/execute")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["success"], body["data_points_sent"]) == (True, 2)
    assert body["message"] == "Wrapper executed successfully"
    assert len(outputs(outbox)) == 1


def test_nothing_is_served_without_a_key_but_health(service):
    with httpx.Client(base_url=service.address, trust_env=False) as nobody:
        assert nobody.get("/management/health").json() == {"data": {"message": "OK"}}
        for path in ("/dp/api/v1/execution/", "/graphql", "/dagster/", "/dagster/graphql", "/docs", "/openapi.json"):
            assert nobody.get(path, headers={"Accept": "application/json"}).status_code == 401, path


def test_no_secret_is_in_any_log(service):
    said = service.logs()
    assert service.key not in said
