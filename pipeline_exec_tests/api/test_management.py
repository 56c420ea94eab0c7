"""Health, metrics, and the headers that every answer carries."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline_exec.api.app import create_app
from pipeline_exec.errors import Unavailable
from pipeline_exec.store.migrations import VERSION_TABLE
from pipeline_exec_tests.api.conftest import an_api
from pipeline_exec_tests.inline_engine import inline_layer


def fail():
    raise Unavailable("It has not answered for 30 s.", "Start it again.")


def test_the_health_names_every_part_that_fails(tmp_path):
    with an_api(tmp_path, checks={"code server": lambda: None, "daemon": fail, "worker": fail}) as api:
        answer = api.client.get("/management/health")

    what = "It has not answered for 30 s. Start it again."
    assert answer.status_code == 503
    assert answer.json() == {
        "message": f"daemon: {what} worker: {what}",
        "errors": [{"field": "daemon", "message": what}, {"field": "worker", "message": what}],
    }


def without_a_prepared_database(home):
    with closing(sqlite3.connect(home / "store.db")) as connection:
        connection.execute(f"DROP TABLE {VERSION_TABLE}")


def without_room_for_files(home):
    (home / "staging").write_text("a file where the folder should be")


@pytest.mark.parametrize(
    ("broken", "part"),
    [
        pytest.param(without_a_prepared_database, "store", id="store"),
        pytest.param(without_room_for_files, "staging", id="staging"),
    ],
)
def test_the_health_looks_at_the_store_and_at_staging(tmp_path, broken, part):
    with an_api(tmp_path) as api:
        broken(tmp_path / "home")
        answer = api.client.get("/management/health")

    assert answer.status_code == 503
    assert [each["field"] for each in answer.json()["errors"]] == [part]
    assert str(tmp_path) not in answer.text


def test_whoever_asks_for_the_health_often_makes_no_work(tmp_path):
    looks = []
    with an_api(tmp_path, checks={"part": lambda: looks.append(1)}) as api:
        assert {api.client.get("/management/health").status_code for _ in range(20)} == {200}

    assert len(looks) == 1


def counted(api):
    """How often each method, route and status was counted."""
    families = text_string_to_metric_families(api.client.get("/metrics").text)
    (requests,) = [family for family in families if family.name == "pipeline_exec_http_requests"]
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for sample in requests.samples
        if sample.name.endswith("_total")
    }


def test_requests_are_counted_by_route_not_by_id(fresh_api):
    api = fresh_api
    for name in ("a", "b"):
        api.client.get(f"/dp/api/v1/execution/{name}")
    api.client.get("/dp/api/v1/execution/")
    api.client.get("/some/path/that/is/not/there")
    api.client.get("/dagster/another")
    api.client.request("PROPFIND", "/dp/api/v1/execution/")
    with api.anonymous() as client:
        client.get("/dp/api/v1/execution/x")
        client.get("/static/made/up")

    assert counted(api) == {
        ("GET", "/dp/api/v1/execution/{execution_id}", "404"): 2,
        ("GET", "/dp/api/v1/execution", "200"): 1,
        ("GET", "none", "404"): 1,
        ("GET", "/dagster", "404"): 1,
        ("other", "/dp/api/v1/execution", "405"): 1,
        ("GET", "none", "401"): 1,
        ("GET", "/static", "404"): 1,
    }


def test_the_metrics_show_the_process_and_durations(api):
    text = [api.client.get("/metrics").text for _ in range(2)][1]

    assert "process_resident_memory_bytes " in text
    assert "pipeline_exec_http_request_duration_seconds_bucket" in text


@pytest.mark.parametrize("path", ["/", "/docs", "/login", "/dp/api/v1/execution/", "/nothing", "/metrics"])
def test_every_answer_tells_browsers_what_not_to_do(api, path):
    headers = api.client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_the_dagster_ui_keeps_its_own_headers(tmp_path):
    async def ui(scope, receive, send):
        headers = [(b"cache-control", b"max-age=1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    with an_api(tmp_path, dagster_ui=ui) as api:
        headers = api.client.get("/dagster/x").headers

    assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert headers["Cache-Control"] == "max-age=1"


def test_what_is_handed_in_begins_and_ends_with_the_application(tmp_path):
    events = []

    @asynccontextmanager
    async def lifespan(_):
        events.append("begins")
        yield
        events.append("ends")

    async def live():
        layer, _ = inline_layer(tmp_path)
        app = create_app(layer, lifespan=lifespan)
        async with app.router.lifespan_context(app):
            events.append("lives")

    asyncio.run(live())

    assert events == ["begins", "lives", "ends"]
