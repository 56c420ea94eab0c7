"""Data that is pushed: streamed to staging, durable before the 202, all of it or nothing."""

import hashlib
import hmac
import http.client
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from pipeline_exec_tests.api.conftest import an_api, until

SOME = b"name,age\nAda,36\nGrace,45\n"
SECRET = "a shared secret"


@pytest.fixture(scope="module")
def small_api(tmp_path_factory):
    """An application that takes files of 10,000 bytes."""
    with an_api(tmp_path_factory.mktemp("small"), settings={"max_file_size": 10_000}) as api:
        yield api


def push(api, door, content=SOME, client=None, **options):
    return (client or api.client).post(f"/ingest/{door}", content=content, **options)


def staged(api):
    """Everything that is staged once what was pushed before was executed; folders may go away meanwhile."""
    api.engine.wait()
    return {Path(folder, name) for folder, _, names in os.walk(api.folder / "home/staging") for name in names}


def signed(content, secret=SECRET):
    return {"X-Signature": "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()}


@pytest.fixture
def door(api):
    return api.a_door()


@pytest.fixture
def fed(api, door):
    """A pipeline that a door feeds."""
    return api.a_pipeline(input=door)


def test_a_raw_body_is_executed_once(api, door, fed):
    answer = push(api, door, headers={"Content-Disposition": 'attachment; filename="people.csv"'})

    assert answer.status_code == 202
    (made,) = answer.json()["data"]
    assert made == {"id": made["id"], "pipeline": fed.id, "status": "PROCESSING", "trigger_type": "EVENT"}
    read = api.ended(made["id"])
    assert (read["status"], read["trigger_type"], read["source"]["name"]) == ("SUCCESSFUL", "EVENT", "people.csv")
    assert fed.written.encode() == SOME


def test_an_execution_of_pushed_data_carries_the_name_of_the_one_who_made_the_pipeline(api, door, fed):
    other = {"Authorization": f"Bearer {api.key('bob@example.com')}"}

    (made,) = push(api, door, headers=other).json()["data"]

    assert api.ended(made["id"])["created_by"]["identifier"] == "ada@example.com"


def test_json_is_taken_as_it_is(api, door, fed):
    (made,) = api.client.post(f"/ingest/{door}", json=[{"name": "Ada", "age": 36}]).json()["data"]

    read = api.ended(made["id"])

    assert (read["status"], read["source"]["name"]) == ("SUCCESSFUL", "payload.json")
    assert fed.written == "name,age\nAda,36\n"


def test_each_file_of_a_multipart_body_is_executed(api, door, fed):
    files = [("a", ("one.csv", SOME, "text/csv")), ("b", ("zwei.csv", SOME, "text/csv"))]

    answer = api.client.post(f"/ingest/{door}", files=files, data={"note": "not a file"})

    assert answer.status_code == 202
    names = [api.ended(made["id"])["source"]["name"] for made in answer.json()["data"]]
    assert names == ["one.csv", "zwei.csv"]


def test_what_is_pushed_is_executed_by_every_pipeline_of_the_door_with_its_own_copy(api, door):
    pipelines = [api.a_pipeline(input=door) for _ in range(2)]
    api.a_pipeline(input=door, active=False)

    made = push(api, door).json()["data"]

    assert {each["pipeline"] for each in made} == {pipeline.id for pipeline in pipelines}
    for each in made:
        api.ended(each["id"])
        assert api.client.get(f"/dp/api/v1/execution/{each['id']}/input").content == SOME


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        pytest.param({"Content-Disposition": 'attachment; filename="a b.csv"'}, "a b.csv", id="Content-Disposition"),
        pytest.param({"Content-Disposition": "attachment; filename*=UTF-8''%C3%BC.csv"}, "ü.csv", id="beyond ASCII"),
        pytest.param({"X-File-Name": "%C3%BC.csv"}, "ü.csv", id="X-File-Name"),
        pytest.param({"X-File-Name": "../../etc/passwd"}, "passwd", id="folders"),
        pytest.param({"X-File-Name": "..\\..\\people.csv"}, "people.csv", id="folders of Windows"),
        pytest.param({"X-File-Name": "a%00%0Ab.csv"}, "a__b.csv", id="control characters"),
        pytest.param(
            {"X-File-Name": "people", "Content-Type": "text/csv; charset=utf-8"}, "people.csv", id="no extension"
        ),
        pytest.param({"Content-Type": "text/csv"}, "payload.csv", id="only a type"),
        pytest.param({}, "payload", id="nothing said"),
        pytest.param({"X-File-Name": "x" * 300 + ".csv"}, "x" * 200 + ".csv", id="too long"),
    ],
)
def test_a_body_is_named_by_its_headers(api, door, fed, headers, name):
    (made,) = push(api, door, headers=headers).json()["data"]

    assert api.ended(made["id"])["source"]["name"] == name


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"content": b""}, 400, id="an empty body"),
        pytest.param({"files": {"a": ("a.csv", b"")}}, 400, id="an empty file"),
        pytest.param({"files": [("a", ("a.csv", SOME)), ("b", ("b.csv", b""))]}, 400, id="an empty file after another"),
        pytest.param({"files": {"a": (None, b"text")}}, 400, id="no file"),
        pytest.param(
            {"content": b"garbage", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, id="garbage"
        ),
        pytest.param({"content": SOME, "headers": {"Content-Type": "multipart/form-data"}}, 400, id="no boundary"),
    ],
)
def test_of_what_cannot_be_taken_nothing_is_kept(api, door, fed, sent, status):
    before = staged(api)

    answer = api.client.post(f"/ingest/{door}", **sent)

    assert answer.status_code == status, answer.text
    assert answer.json()["message"]
    assert staged(api) == before


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"content": b"x" * 10_001}, id="announced"),
        pytest.param({"content": (b"x" * 1000 for _ in range(11))}, id="found out"),
        pytest.param({"files": [("a", ("a.csv", SOME)), ("b", ("b.csv", b"x" * 10_001))]}, id="in a part"),
    ],
)
def test_what_is_too_large_is_refused_and_nothing_is_kept(small_api, sent):
    door = small_api.a_door()
    small_api.a_pipeline(input=door)

    answer = small_api.client.post(f"/ingest/{door}", **sent)

    assert answer.status_code == 413
    assert "10,000" in answer.json()["message"]
    assert not staged(small_api)


def test_a_body_larger_than_any_document_is_taken(api, door, fed):
    lines = 600_000
    content = b"name,age\n" + b"Ada,36\n" * lines

    (made,) = push(api, door, (content[at : at + 65536] for at in range(0, len(content), 65536))).json()["data"]

    assert api.ended(made["id"])["logs"][0]["data"]["total_rows"] == lines


@pytest.mark.parametrize("kind", ["text/csv", "multipart/form-data; boundary=x"])
def test_of_a_sender_who_goes_away_nothing_is_kept(api, door, fed, kind):
    part = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n\r\n' if "multipart" in kind else b""
    before, executions = staged(api), api.client.get("/dp/api/v1/execution/").json()["pagination"]["total"]
    with socket.create_connection((api.client.base_url.host, api.client.base_url.port)) as connection:
        connection.sendall(
            f"POST /ingest/{door} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nContent-Type: {kind}\r\n"
            f"{'Authorization'}: {api.client.headers['Authorization']}\r\n\r\n".encode()
        )
        connection.sendall(part + b"x" * 100_000)
        until(lambda: any(path.stat().st_size for path in staged(api) - before))

    until(lambda: staged(api) == before)
    assert api.client.get("/dp/api/v1/execution/").json()["pagination"]["total"] == executions


def test_what_was_answered_with_202_is_durable(api, door, fed):
    with api.paused():
        (made,) = push(api, door).json()["data"]

        assert (api.folder / "home/staging" / made["id"] / "input").read_bytes() == SOME
        with api.layer.ports.store.reading() as tx:
            assert tx.executions.get(made["id"]).source.size == len(SOME)


def test_a_door_that_no_pipeline_reads_from_takes_nothing(api, door):
    before = staged(api)

    answer = push(api, door)

    assert answer.status_code == 409
    assert staged(api) == before


@pytest.mark.parametrize("connector", ["unknown", "of another kind"])
def test_there_are_no_other_doors(api, connector):
    door = "nope" if connector == "unknown" else api.a_connector(path=str(api.a_folder()))

    assert push(api, door).status_code == 404


def test_a_push_that_is_repeated_with_its_key_is_executed_once(api, door, fed):
    headers = {"Idempotency-Key": "push-1"}
    first = push(api, door, headers=headers)
    api.engine.wait()
    before = staged(api)
    again = push(api, door, headers=headers)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert staged(api) - before == set()
    assert push(api, door).json() != first.json()


def test_the_same_key_at_another_door_is_another_push(api, door, fed):
    other = api.a_door()
    api.a_pipeline(input=other)
    headers = {"Idempotency-Key": "push-2"}

    assert push(api, door, headers=headers).json() != push(api, other, headers=headers).json()


@pytest.fixture
def signed_door(api):
    door = api.a_door(signature_secret=SECRET)
    api.a_pipeline(input=door)
    return door


def test_a_signed_push_needs_no_key(api, signed_door):
    with api.anonymous() as sender:
        answer = push(api, signed_door, client=sender, headers={**signed(SOME), "X-File-Name": "people.csv"})

    assert answer.status_code == 202
    read = api.ended(answer.json()["data"][0]["id"])
    assert (read["status"], read["source"]["name"]) == ("SUCCESSFUL", "people.csv")


def test_a_signed_multipart_body_is_taken_apart_once_it_is_told_genuine(api, signed_door):
    before = staged(api)
    with api.anonymous() as sender:
        request = sender.build_request("POST", f"/ingest/{signed_door}", files={"a": ("a.csv", SOME)})
        request.headers.update(signed(request.read()))
        answer = sender.send(request)

    assert answer.status_code == 202, answer.text
    (made,) = answer.json()["data"]
    assert api.ended(made["id"])["source"]["name"] == "a.csv"
    assert {path.parent.name for path in staged(api) - before} == {made["id"]}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no signature"),
        pytest.param(signed(b"something else"), id="of something else"),
        pytest.param(signed(SOME, "another secret"), id="with another secret"),
    ],
)
def test_a_push_that_is_not_genuine_is_refused_and_nothing_is_kept(api, signed_door, headers):
    before = staged(api)
    with api.anonymous() as sender:
        answer = push(api, signed_door, client=sender, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert staged(api) == before


def test_of_a_call_without_a_signature_not_a_byte_is_read(api, signed_door):
    with socket.create_connection((api.client.base_url.host, api.client.base_url.port)) as connection:
        connection.sendall(
            f"POST /ingest/{signed_door} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode()
        )

        assert connection.recv(12) == b"HTTP/1.1 401"


def test_a_key_opens_a_signed_door_too(api, signed_door):
    assert push(api, signed_door).status_code == 202


@pytest.mark.parametrize("connector", ["unsigned", "unknown", "of another kind"])
def test_without_key_and_secret_no_door_opens_or_tells_whether_it_is_there(api, door, connector):
    door = {"unsigned": door, "unknown": "nope", "of another kind": api.a_connector(path=str(api.a_folder()))}[
        connector
    ]
    with api.anonymous() as sender:
        answer = push(api, door, client=sender, headers=signed(SOME))

    assert answer.status_code == 401
    assert answer.json()["message"] == "The request does not say who sends it. Send Authorization: Bearer <API key>."


def test_a_wrong_key_does_not_become_right_by_a_signature(api, signed_door):
    answer = push(api, signed_door, headers={"Authorization": "Bearer nope", **signed(SOME)})

    assert answer.status_code == 401


def test_slow_senders_keep_nobody_waiting(api, door, fed):
    host, port = api.client.base_url.host, api.client.base_url.port
    slow = [http.client.HTTPConnection(host, port) for _ in range(45)]
    for connection in slow:
        connection.putrequest("POST", f"/ingest/{door}")
        connection.putheader("Authorization", api.client.headers["Authorization"])
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"x")

    assert api.client.get("/dp/api/v1/execution/", timeout=30).status_code == 200

    for connection in slow:
        with closing(connection):
            connection.send(b"x" * 999)
            assert connection.getresponse().status == 202
