"""The REST API as these tests use it."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import httpx

COLUMNS = [
    {"key": "id", "column_type": "int", "required": True},
    {"key": "name"},
    {"key": "born", "column_type": "date"},
]
ROWS = "id,name,born\n1,Ada,1815-12-10\n2,Grace,1906-12-09\n"


def made(client: httpx.Client, noun: str, **document) -> dict:
    """Make a thing; names are unique to each call."""
    answer = client.post(f"/dp/api/v1/{noun}/", json={"name": f"{noun} {uuid.uuid4().hex[:8]}", **document})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def folder_pipeline(client: httpx.Client, inbox: Path, outbox: Path, trigger="EVENT_BASE", **configuration) -> dict:
    """A pipeline from folder to folder that looks every second and takes files at once."""
    source = made(
        client,
        "connector",
        type="INPUT",
        node_type="LOCAL",
        trigger_type=trigger,
        configuration={"path": str(inbox), "poll_seconds": 1, "stable_for_seconds": 0},
    )
    return pipeline(client, source, outbox, **configuration)


def pipeline(client: httpx.Client, source: dict, outbox: Path, **configuration) -> dict:
    """A pipeline from a source to a folder."""
    sink = made(client, "connector", type="OUTPUT", node_type="LOCAL", configuration={"path": str(outbox)})
    model = made(client, "tdm", columns=COLUMNS)
    references = {"input_connectors": [source["id"]], "output_connectors": [sink["id"]], "tdm": model["id"]}
    return made(client, "pipeline", configuration={**references, **configuration})


def executions_of(client: httpx.Client, pipeline_id: str, **filters) -> dict:
    """The list's answer for one pipeline: ``data`` and ``pagination``."""
    parameters = {f"filters[{name}]": value for name, value in {"pipeline": pipeline_id, **filters}.items()}
    answer = client.get("/dp/api/v1/execution/", params={**parameters, "pagination[limit]": "500"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ended(client: httpx.Client, execution_id: str, seconds: float = 30) -> dict:
    """The execution once it has ended."""
    deadline = time.monotonic() + seconds
    while True:
        answer = client.get(f"/dp/api/v1/execution/{execution_id}")
        assert answer.status_code == 200, answer.text
        execution = answer.json()["data"]
        if execution["status"] != "PROCESSING":
            return execution
        assert time.monotonic() < deadline, execution
        time.sleep(0.02)


def settled(client: httpx.Client, pipeline_id: str, count: int, seconds: float = 60) -> list[dict]:
    """All executions of a pipeline once there are so many and all have ended."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            executions = executions_of(client, pipeline_id)["data"]
        except httpx.TransportError:
            executions = []  # the API itself is being started again
        statuses = [execution["status"] for execution in executions]
        if len(statuses) >= count and "PROCESSING" not in statuses:
            return executions
        assert time.monotonic() < deadline, f"{len(statuses)} executions: { {s: statuses.count(s) for s in statuses} }"
        time.sleep(0.1)


def outputs(folder: Path) -> list[Path]:
    """Files delivered to a folder."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def within(seconds, look):
    """What ``look`` answers once that is something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found
