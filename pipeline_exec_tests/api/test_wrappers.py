"""The wrapper API, in the words of its document."""

import io
import threading

import openpyxl
import pytest

from pipeline_exec_tests.api.conftest import an_api, until
from pipeline_exec_tests.servers.http import Hang, Reply, closed_port

CSV = "time,temperature,humidity\n2026-03-01T00:00:00Z,1.5,80\n2026-03-02T00:00:00Z,2.5,70\n"
READINGS = [{"at": "2026-03-01T00:00:00Z", "value": 1}, {"at": "2026-03-02T00:00:00Z", "value": 2}]
BASE = "/resources/wrappers"


def upload(api, content=CSV, name="points.csv"):
    return api.client.post(f"{BASE}/files/upload", files={"file": (name, content)})


def spreadsheet():
    book = openpyxl.Workbook()
    sheet = book.create_sheet("points")
    for row in (("time", "value"), ("2026-03-01T00:00:00Z", 1), ("2026-03-02T00:00:00Z", 2.5)):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def a_wrapper(api, source_type="CSV", destination=None, **source_config):
    outbox = api.a_folder("points")
    document = {
        "name": api.unique("wrapper"),
        "source_type": source_type,
        "source_config": source_config,
        "destination": destination or {"node_type": "LOCAL", "configuration": {"path": str(outbox)}},
    }
    answer = api.client.post(f"{BASE}/", json=document)
    assert answer.status_code == 201, answer.text
    return answer.json()["wrapper_id"], outbox


def of_csv(api, content=CSV, columns=("temperature", "humidity"), **more):
    file_id = upload(api, content).json()["file_id"]
    return a_wrapper(api, file_id=file_id, time_column="time", value_columns=list(columns), **more)


def of_api(api, url, **more):
    return a_wrapper(api, "API", location=url, date_field="at", value_field="value", **more)


def execute(api, wrapper):
    return api.client.post(f"{BASE}/{wrapper}/execute")


def read(api, wrapper):
    return api.client.get(f"{BASE}/{wrapper}").json()


def test_a_wrapper_is_answered_with_every_attribute_of_the_document(api):
    wrapper, outbox = of_csv(api)

    shown = read(api, wrapper)

    assert shown == {
        "wrapper_id": wrapper,
        "name": shown["name"],
        "source_type": "CSV",
        "source_config": {
            "file_id": shown["source_config"]["file_id"],
            "time_column": "time",
            "value_columns": ["temperature", "humidity"],
        },
        "destination": {"connector_id": None, "node_type": "LOCAL", "configuration": {"path": str(outbox)}},
        "status": "pending",
        "error_message": None,
        "execution_log": shown["execution_log"],
        "last_data_sent": None,
        "data_points_count": 0,
        "phase": "idle",
        "high_water_mark": None,
        "low_water_mark": None,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }


def test_an_execute_answers_word_for_word_when_the_run_has_ended(api):
    wrapper, outbox = of_csv(api)

    answer = execute(api, wrapper)

    assert answer.status_code == 200
    told = answer.json()
    assert told == {
        "wrapper_id": wrapper,
        "success": True,
        "message": "Wrapper executed successfully",
        "data_points_sent": 4,
        "execution_time": told["execution_time"],
    }
    shown = read(api, wrapper)
    assert shown["status"] == "completed"
    assert shown["error_message"] is None
    assert shown["data_points_count"] == 4
    assert (shown["low_water_mark"], shown["high_water_mark"]) == (
        "2026-03-01T00:00:00.000000Z",
        "2026-03-02T00:00:00.000000Z",
    )
    assert shown["created_at"] < told["execution_time"] <= shown["last_data_sent"]
    assert any("4" in line and " - INFO - " in line for line in shown["execution_log"])
    (file,) = outbox.iterdir()
    assert len(file.read_text().splitlines()) == 5


def test_points_sent_add_up(api):
    wrapper, _ = of_csv(api)

    assert [execute(api, wrapper).json()["data_points_sent"] for _ in range(2)] == [4, 4]

    assert read(api, wrapper)["data_points_count"] == 8


def test_a_sheet_of_a_spreadsheet_is_read(api):
    file_id = upload(api, spreadsheet(), "points.xlsx").json()["file_id"]
    wrapper, _ = a_wrapper(
        api, "XLSX", file_id=file_id, sheet_name="points", time_column="time", value_columns=["value"]
    )

    assert execute(api, wrapper).json()["data_points_sent"] == 2


def test_an_api_is_read_with_its_token_which_nobody_sees_again(api, http_server):
    url = http_server.script("/points", Reply(200, {"result": READINGS}))
    wrapper, _ = of_api(api, url, auth_type="bearer", token="s3cret-token", record_path="result")

    answer = execute(api, wrapper)

    assert answer.json()["data_points_sent"] == 2
    assert http_server.requests[-1].headers["authorization"] == "Bearer s3cret-token"
    everything = [read(api, wrapper), api.client.get(f"{BASE}/{wrapper}/logs").json(), answer.json()]
    assert "s3cret" not in str(everything)
    assert read(api, wrapper)["source_config"]["token"] == "********"


def test_a_wrapper_that_is_not_there_cannot_be_executed(api):
    answer = execute(api, "550e8400-e29b-41d4-a716-446655440000")

    assert answer.status_code == 400
    assert answer.json() == {"detail": "Execution error: Wrapper not found"}


def failed(api, wrapper):
    """What a wrapper shows after an execution that failed."""
    shown = read(api, wrapper)
    assert shown["status"] == "error"
    assert shown["error_message"]
    assert f" - ERROR - {shown['error_message']}" in shown["execution_log"][-1]
    assert (shown["last_data_sent"], shown["data_points_count"]) == (None, 0)
    return True


def test_a_file_that_is_gone_is_an_execution_error(api):
    folder = api.a_folder()
    wrapper, _ = a_wrapper(api, location=str(folder / "gone.csv"), time_column="time", value_columns=["v"])

    answer = execute(api, wrapper)

    assert answer.status_code == 400
    assert answer.json() == {"detail": "Execution error: Wrapper file not found"}
    assert failed(api, wrapper)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_source_that_says_no_is_an_execution_error(api, http_server, status):
    wrapper, _ = of_api(api, http_server.script("/points", Reply(status)))

    answer = execute(api, wrapper)

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("Execution error: ")
    assert failed(api, wrapper)


@pytest.mark.parametrize(
    "reply", [pytest.param(Hang(), id="hangs"), pytest.param(Reply(503), id="503"), pytest.param(Reply(429), id="429")]
)
def test_a_source_that_does_not_answer_is_unavailable(api, http_server, reply):
    wrapper, _ = of_api(api, http_server.script("/points", reply), timeout_seconds=0.2)

    answer = execute(api, wrapper)

    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("Service unavailable: ")
    assert failed(api, wrapper)


def test_a_source_that_is_not_there_is_unavailable(api):
    with closed_port() as port:
        wrapper, _ = of_api(api, f"http://127.0.0.1:{port}/")
        answer = execute(api, wrapper)

    assert answer.status_code == 503
    assert set(answer.json()) == {"detail"}
    assert failed(api, wrapper)


def test_a_destination_that_cannot_be_reached_is_unavailable(api, http_server):
    destination = {"node_type": "HTTP", "configuration": {"url": http_server.script("/sink", Reply(500))}}
    wrapper, _ = of_csv(api, destination=destination)

    answer = execute(api, wrapper)

    assert answer.status_code == 503
    assert failed(api, wrapper)


@pytest.mark.parametrize(
    "case",
    ["a destination that says no", "a column that is absent", "a value that is no number", "a value that is missing"],
)
def test_an_execution_that_read_its_source_and_failed_is_answered_with_200(api, http_server, case):
    match case:
        case "a destination that says no":
            destination = {"node_type": "HTTP", "configuration": {"url": http_server.script("/sink", Reply(403))}}
            wrapper, _ = of_csv(api, destination=destination)
        case "a column that is absent":
            wrapper, _ = of_csv(api, columns=["pressure"])
        case "a value that is no number":
            wrapper, _ = of_csv(api, CSV.replace("80", "wet"))
        case _:
            wrapper, _ = of_csv(api, CSV.replace("80", ""))

    answer = execute(api, wrapper)

    assert answer.status_code == 200
    told = answer.json()
    assert (told["success"], told["data_points_sent"]) == (False, None)
    assert told["message"] == read(api, wrapper)["error_message"]
    assert told["execution_time"]
    assert failed(api, wrapper)


def test_executes_of_one_wrapper_run_one_after_the_other(api):
    wrapper, _ = of_csv(api)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(execute(api, wrapper).json())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer["data_points_sent"] for answer in answers] == [4] * 4
    lines = read(api, wrapper)["execution_log"][1:]
    assert ["started" in line for line in lines] == [True, False] * 4


def test_an_execution_that_takes_too_long_is_unavailable_and_goes_on(tmp_path):
    with an_api(tmp_path) as api:
        object.__setattr__(api.layer.wrappers, "patience_seconds", 0.1)
        wrapper, _ = of_csv(api)
        with api.paused():
            answer = execute(api, wrapper)
            assert api.client.get(f"{BASE}/{wrapper}/health").json() == {
                "wrapper_id": wrapper,
                "health_status": "HEALTHY",
                "is_actively_executing": True,
            }

        assert answer.status_code == 503
        assert answer.json()["detail"].startswith("Service unavailable: Timeout")
        assert read(api, wrapper)["status"] == "completed"


def test_a_stopped_execute_answers_that_it_was_stopped(api):
    wrapper, outbox = of_csv(api)
    answers = []
    with api.paused():
        thread = threading.Thread(target=lambda: answers.append(execute(api, wrapper)))
        thread.start()
        until(lambda: read(api, wrapper)["status"] == "executing")
        stopped = api.client.post(f"{BASE}/{wrapper}/stop")
        thread.join()

    assert stopped.json() == {"wrapper_id": wrapper, "success": True, "message": "Wrapper stopped successfully"}
    assert (answers[0].status_code, answers[0].json()["success"]) == (200, False)
    assert read(api, wrapper)["status"] == "stopped"
    assert not list(outbox.iterdir())
    assert execute(api, wrapper).json()["success"]


def test_the_health_follows_the_last_execution(api, http_server):
    url = http_server.script("/points", Reply(200, READINGS), Reply(500))
    wrapper, _ = of_api(api, url)

    def health():
        return api.client.get(f"{BASE}/{wrapper}/health").json()["health_status"]

    states = [health()]
    for _ in range(2):
        execute(api, wrapper)
        states.append(health())

    assert states == ["UNKNOWN", "HEALTHY", "CRASHED"]


def test_the_log_is_read_from_its_end(api):
    wrapper, _ = of_csv(api)
    execute(api, wrapper)

    whole = api.client.get(f"{BASE}/{wrapper}/logs").json()
    last = api.client.get(f"{BASE}/{wrapper}/logs", params={"limit": 1}).json()

    assert whole == {"wrapper_id": wrapper, "logs": read(api, wrapper)["execution_log"], "total_lines": 3}
    assert last == {"wrapper_id": wrapper, "logs": whole["logs"][-1:], "total_lines": 1}


def test_wrappers_are_listed_newest_first_in_pages(fresh_api):
    api = fresh_api
    file_id = upload(api).json()["file_id"]
    made = [a_wrapper(api, file_id=file_id, time_column="time", value_columns=["temperature"])[0] for _ in range(3)]

    answers = [api.client.get(f"{BASE}/", params={"skip": skip, "limit": 2}) for skip in (0, 2)]

    assert [wrapper["wrapper_id"] for answer in answers for wrapper in answer.json()] == made[::-1]
    assert [answer.headers["X-Total-Count"] for answer in answers] == ["3", "3"]


def test_generate_is_another_name_for_making_one(api):
    document = {
        "name": api.unique("wrapper"),
        "source_type": "API",
        "source_config": {"location": "https://example.com", "date_field": "a", "value_field": "b"},
        "destination": {"connector_id": api.a_connector("sink", "OUTPUT", path=str(api.a_folder()))},
    }

    answer = api.client.post(f"{BASE}/generate", json=document)

    assert answer.status_code == 201
    assert answer.json()["name"] == document["name"]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        pytest.param({"source_type": "PDF"}, 400, "source_type", id="unknown type"),
        pytest.param({"source_config": {}}, 400, "source_config.time_column", id="no configuration"),
        pytest.param(
            {"source_config": {"file_id": "nope", "time_column": "t", "value_columns": ["v"]}},
            404,
            "nope",
            id="no file",
        ),
        pytest.param({"destination": {}}, 400, "destination", id="no destination"),
        pytest.param({"destination": {"connector_id": "nope"}}, 404, "nope", id="no connector"),
        pytest.param(
            {"destination": {"node_type": "LOCAL", "configuration": {}}},
            400,
            "destination.configuration.path",
            id="a destination that is not valid",
        ),
    ],
)
def test_a_wrapper_that_is_not_valid_is_refused(api, change, status, said):
    document = {
        "name": "w",
        "source_type": "CSV",
        "source_config": {"location": "/x.csv", "time_column": "t", "value_columns": ["v"]},
        "destination": {"node_type": "LOCAL", "configuration": {"path": str(api.folder)}},
        **change,
    }

    answer = api.client.post(f"{BASE}/", json=document)

    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]


def test_a_wrapper_is_deleted_with_its_log(api):
    wrapper, _ = of_csv(api)

    assert api.client.delete(f"{BASE}/{wrapper}").json() == {"message": "success"}

    for path in ("", "/health", "/logs"):
        assert api.client.get(f"{BASE}/{wrapper}{path}").status_code == 404


def test_an_upload_is_answered_with_what_was_found_in_it(api):
    answer = upload(api)

    assert answer.status_code == 201
    told = answer.json()
    assert told == {
        "file_id": told["file_id"],
        "filename": "points.csv",
        "file_size": len(CSV),
        "columns": ["time", "temperature", "humidity"],
        "uploaded_at": told["uploaded_at"],
        "validation_status": "valid",
    }
    assert api.client.get(f"{BASE}/files/{told['file_id']}").json() == told


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        pytest.param(CSV, "points.json", ".csv, .xlsx, .xls", id="another kind"),
        pytest.param("time\n1\n", "points.csv", "column", id="one column"),
        pytest.param("", "points.csv", "empty", id="empty"),
        pytest.param(b"PK\x03\x04 broken", "points.xlsx", "damaged", id="a broken spreadsheet"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_not_kept(api, content, name, said):
    uploads = api.folder / "home/staging/uploads"
    before = set(uploads.iterdir()) if uploads.exists() else set()

    answer = upload(api, content, name)

    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert (set(uploads.iterdir()) if uploads.exists() else set()) == before


def test_an_upload_that_is_too_large_is_refused(tmp_path):
    with an_api(tmp_path, settings={"max_wrapper_file_size": 100}) as api:
        answer = upload(api, "a,b\n" + "1,2\n" * 100)

    assert answer.status_code == 413
    assert set(answer.json()) == {"detail"}


def test_a_body_that_holds_no_file_is_refused(api):
    answers = [
        api.client.post(f"{BASE}/files/upload", json={}),
        api.client.post(f"{BASE}/files/upload", files={"file": (None, "text")}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


def test_a_file_in_use_cannot_be_deleted_and_another_can(api):
    wrapper, _ = of_csv(api)
    used = read(api, wrapper)["source_config"]["file_id"]
    unused = upload(api).json()["file_id"]

    assert api.client.delete(f"{BASE}/files/{used}").status_code == 409
    assert api.client.delete(f"{BASE}/files/{unused}").json() == {"message": "success"}
    assert api.client.get(f"{BASE}/files/{unused}").status_code == 404
