"""Every refusal is in the envelope of its API, and none shows what is ours."""

import logging

import httpx
import pytest

from pipeline_exec.api.body_limit import LARGEST_BODY
from pipeline_exec.errors import TooManyRequests, Unavailable

TDM = "/dp/api/v1/tdm/"
JSON = {"Content-Type": "application/json"}


def is_enveloped(answer):
    told = answer.json()
    assert set(told) == {"message", "errors"}
    assert told["message"]
    assert all(set(problem) == {"field", "message"} for problem in told["errors"])
    return True


@pytest.mark.parametrize(
    ("method", "address", "sent", "status"),
    [
        pytest.param("GET", "/nothing/there", {}, 404, id="no such path"),
        pytest.param("GET", "/dp/api/v1/", {}, 404, id="the root of the API"),
        pytest.param("PATCH", TDM, {}, 405, id="no such method"),
        pytest.param("GET", f"{TDM}nope", {}, 404, id="no such thing"),
        pytest.param("POST", TDM, {"content": "{", "headers": JSON}, 400, id="broken JSON"),
        pytest.param("POST", TDM, {"content": "[" * 100_000, "headers": JSON}, 400, id="JSON too deep to parse"),
        pytest.param("POST", TDM, {"content": b"\xff\xfe", "headers": JSON}, 400, id="JSON that is not UTF-8"),
        pytest.param("POST", TDM, {"json": []}, 400, id="JSON that is no object"),
        pytest.param("POST", TDM, {}, 400, id="no body"),
        pytest.param("POST", TDM, {"data": {"name": "x"}}, 400, id="a form"),
        pytest.param("GET", TDM, {"params": {"filters": "{"}}, 400, id="a query that cannot be read"),
        pytest.param("POST", TDM, {"content": b" " * (LARGEST_BODY + 1), "headers": JSON}, 413, id="too large"),
        pytest.param(
            "POST",
            TDM,
            {"content": (b" " * 65536 for _ in range(LARGEST_BODY // 65536 + 1)), "headers": JSON},
            413,
            id="too large, without saying so",
        ),
        pytest.param("POST", "/dp/api/v1/execution/x/cancel", {"content": b" " * (LARGEST_BODY + 1)}, 413, id="unread"),
        pytest.param("POST", "/dp/api/v1/execution/", {"json": {"pipeline_id": "a\x00b"}}, 404, id="a NUL in an id"),
        pytest.param("GET", f"{TDM}%00", {}, 404, id="a NUL in a path"),
        pytest.param("GET", f"{TDM}%ff%fe", {}, 404, id="a path that is not UTF-8"),
    ],
)
def test_a_refusal_is_in_the_envelope(api, method, address, sent, status):
    answer = api.client.request(method, address, **sent)

    assert answer.status_code == status, answer.text
    assert is_enveloped(answer)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        pytest.param("GET", "/nope", {}, 404, id="no such wrapper"),
        pytest.param("PATCH", "/", {}, 405, id="no such method"),
        pytest.param("POST", "/", {"json": {}}, 400, id="no attributes"),
        pytest.param("POST", "/", {"content": b" " * (LARGEST_BODY + 1), "headers": JSON}, 413, id="too large"),
        pytest.param("GET", "/", {"params": {"limit": "x"}}, 400, id="no number"),
        pytest.param("GET", "/a/b/c/d", {}, 404, id="no such path"),
    ],
)
def test_the_wrapper_api_refuses_in_its_own_shape(api, method, path, sent, status):
    answer = api.client.request(method, f"/resources/wrappers{path}", **sent)

    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"detail"}
    assert isinstance(answer.json()["detail"], str)


def test_a_form_is_answered_with_what_to_send_instead(api):
    answer = api.client.post(TDM, data={"name": "x"})

    assert "Content-Type: application/json" in answer.json()["message"]


def test_a_wrong_method_is_answered_with_those_there_are(api):
    assert api.client.patch(f"{TDM}x").headers["Allow"]


@pytest.fixture
def failing(api, monkeypatch):
    """Makes reading a target data model fail in a way of one's choice."""

    def fail(error):
        def get(*_):
            raise error

        monkeypatch.setattr(type(api.layer.target_models), "get", get)

    return fail


def test_a_defect_is_answered_with_an_id_and_nothing_else(api, failing, caplog):
    failing(RuntimeError("secret at /home/service/x.py"))

    answer = api.client.get(f"{TDM}x")

    assert answer.status_code == 500
    assert is_enveloped(answer)
    assert "secret" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.args[0] in answer.json()["message"]
    assert record.exc_info


def test_a_caller_who_asks_too_often_hears_when_to_ask_again(api, failing):
    failing(TooManyRequests("Too often.", "Wait.", retry_after=7))

    answer = api.client.get(f"{TDM}x")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert is_enveloped(answer)


def test_a_part_that_is_away_is_a_503(api, failing):
    failing(Unavailable("The database is away.", "Try again."))

    answer = api.client.get(f"{TDM}x")

    assert answer.status_code == 503
    assert answer.json() == {"message": "The database is away. Try again.", "errors": []}


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_slash_at_the_end_makes_no_difference(api, ending):
    document = {"name": api.unique("model"), "columns": [{"key": "a"}]}

    made = api.client.post(f"/dp/api/v1/tdm{ending}", json=document)
    read = api.client.get(f"/dp/api/v1/tdm/{made.json()['data']['id']}{ending}")

    assert (made.status_code, read.status_code) == (201, 200)


def test_a_request_that_ends_early_leaves_the_service_as_it_was(api):
    def half():
        yield b'{"name": '
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        api.client.post(TDM, content=half(), headers=JSON)

    assert api.client.get("/management/health").status_code == httpx.codes.OK
