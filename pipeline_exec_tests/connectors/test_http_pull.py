import gzip
import io
import json
import resource
import zlib

import httpx
import pytest

from pipeline_exec.connectors.http_pull import HttpPull, HttpPullInput
from pipeline_exec.errors import InvalidDocument, SourceRefused, SourceUnresponsive, Unavailable
from pipeline_exec.settings import Settings
from pipeline_exec_tests.connectors.pull_source_conformance import SECRET, PullSourceConformance, pulled
from pipeline_exec_tests.servers.http import Drip, Hang, Reply, Reset, closed_port, raw_server, serving


class HttpPlace:
    tries = 3

    def __init__(self, server, settings, port) -> None:
        self.server = server
        self.settings = settings
        self.port = port

    def source(self, **configuration):
        configuration = {"url": f"{self.server.url}/data", "auth": {"type": "BEARER", "token": SECRET}, **configuration}
        return HttpPull(HttpPullInput.parse(configuration), self.settings)

    def answers(self, content, failures=0):
        failing = [Reset(b"half"), Reply(503), Reset(), Reply(429)]
        self.server.script("/data", *failing[:failures], Reply(body=content))

    def refuses(self):
        self.server.script("/data", Reply(401, {"message": f"no such token: {SECRET}"}))

    def is_down(self):
        return self.source(url=f"http://127.0.0.1:{self.port}/data")

    def asked(self):
        return len(self.server.requests)


@pytest.fixture
def place(http_server, settings):
    with closed_port() as port:
        yield HttpPlace(http_server, settings, port)


@pytest.fixture
def pull(http_server, settings):
    def pull(**configuration) -> HttpPull:
        return HttpPull(HttpPullInput.parse({"url": f"{http_server.url}/data", **configuration}), settings)

    return pull


class TestHttpPull(PullSourceConformance):
    """An HTTP server keeps every promise of a source that is asked."""


# Requests


def test_a_get_carries_query_headers_and_credentials(http_server, pull):
    http_server.script("/data", Reply(body=b"a"))
    pulled(
        pull(
            url=f"{http_server.url}/data?page=1",
            query={"from": "2024-01-01", "ä": "ö&"},
            headers={"X-Tenant": "acme", "User-Agent": "mine"},
            auth={"type": "BASIC", "username": "ada", "password": "pässword"},
        )
    )
    (request,) = http_server.requests
    assert request.method == "GET"
    assert request.query == {"page": "1", "from": "2024-01-01", "ä": "ö&"}
    assert request.headers["x-tenant"] == "acme"
    assert request.headers["user-agent"] == "mine"
    assert request.headers["authorization"] == "Basic YWRhOnDDpHNzd29yZA=="


@pytest.mark.parametrize(
    ("body", "content", "kind"),
    [
        ({"from": "2024", "n": [1, None]}, b'{"from": "2024", "n": [1, null]}', "application/json"),
        ("select 1", b"select 1", "text/plain; charset=utf-8"),
        (None, b"", None),
    ],
    ids=["json", "text", "none"],
)
def test_a_post_carries_its_body(http_server, pull, body, content, kind):
    http_server.script("/data", Reply(body=b"a"))
    pulled(pull(method="POST", body=body))
    (request,) = http_server.requests
    assert (request.method, request.body, request.headers.get("content-type")) == ("POST", content, kind)


@pytest.mark.parametrize(
    ("auth", "header", "query"),
    [
        ({"type": "NONE"}, None, {}),
        ({"type": "BEARER", "token": " t0ken\n"}, ("authorization", "Bearer t0ken"), {}),
        ({"type": "API_KEY", "key": "k3y"}, ("x-api-key", "k3y"), {}),
        ({"type": "API_KEY", "key": "k3y", "header": "X-Token"}, ("x-token", "k3y"), {}),
        ({"type": "API_KEY", "key": "k3y", "query": "key"}, None, {"key": "k3y"}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_credentials_go_where_they_belong(http_server, pull, auth, header, query):
    http_server.script("/data", Reply(body=b"a"))
    _, fetched = pulled(pull(auth=auth))
    (request,) = http_server.requests
    assert request.query == query
    assert header is None or request.headers[header[0]] == header[1]
    assert "k3y" not in fetched.path


# OAuth 2


@pytest.fixture
def oauth(http_server):
    http_server.script("/token", Reply(body={"access_token": "first", "expires_in": 3600}))
    return {
        "type": "OAUTH2",
        "token_url": f"{http_server.url}/token",
        "client_id": "me",
        "client_secret": "cl1ent-s3cret",
        "scope": "read",
    }


def test_a_token_is_fetched_with_client_credentials(http_server, pull, oauth):
    http_server.script("/data", Reply(body=b"a"))
    assert pulled(pull(auth=oauth))[0] == b"a"
    token, data = http_server.requests
    assert token.body == b"grant_type=client_credentials&client_id=me&client_secret=cl1ent-s3cret&scope=read"
    assert data.headers["authorization"] == "Bearer first"


def test_a_token_that_was_withdrawn_is_fetched_anew(http_server, pull, oauth):
    http_server.script("/token", Reply(body={"access_token": "first"}), Reply(body={"access_token": "second"}))
    http_server.script("/data", Reply(401), Reply(body=b"a"))
    assert pulled(pull(auth=oauth))[0] == b"a"
    assert [request.headers.get("authorization") for request in http_server.requests if request.path == "/data"] == [
        "Bearer first",
        "Bearer second",
    ]


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (Reply(401, {"error": "invalid_client cl1ent-s3cret"}), SourceRefused, r"401: .*\*\*\*"),
        (Reply(503), SourceUnresponsive, "503"),
        (Reset(), SourceUnresponsive, "broke"),
        (Reply(body=b"<html>"), SourceRefused, "without an access token"),
        (Reply(body=[1]), SourceRefused, "without an access token"),
        (Reply(body={"access_token": "a\nb"}), SourceRefused, "without an access token"),
        (Reply(body=b"x" * 100_000), SourceRefused, "more than the 65,536 bytes"),
    ],
    ids=["refused", "down", "reset", "a page", "a list", "a line break", "endless"],
)
def test_without_a_token_nothing_is_asked(http_server, pull, oauth, answer, error, said):
    if isinstance(answer, Reply) and answer.status == 401:
        answer = Reply(401, answer.body, {"content-type": "application/json"})
    http_server.script("/token", answer)
    with pytest.raises(error, match=said) as failed:
        pulled(pull(auth=oauth))
    assert "cl1ent-s3cret" not in failed.value.message
    assert {request.path for request in http_server.requests} == {"/token"}


# Refusals and failures


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 418, 451, 501, 304])
def test_a_permanent_status_is_a_refusal_at_once(http_server, pull, status):
    http_server.script("/data", Reply(status))
    with pytest.raises(SourceRefused, match=f"127.0.0.1 answered {status}") as refused:
        pulled(pull())
    assert len(http_server.requests) == 1
    assert refused.value.remedy


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_transient_status_is_tried_again(http_server, pull, status):
    http_server.script("/data", Reply(status), Reply(status), Reply(body=b"a"))
    assert pulled(pull())[0] == b"a"
    assert len(http_server.requests) == 3


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (
            b'{"message": "bad \\u0000 filter"}',
            "application/json",
            '127.0.0.1 answered 400: {"message": "bad \\u0000 filter"}.',
        ),
        (b"line one\r\n\x1b[31mline two", "text/plain", "127.0.0.1 answered 400: line one [31mline two."),
        (b"<html>anything</html>", "text/html", "127.0.0.1 answered 400: Bad Request."),
        (b"x" * 5000, "text/plain", f"127.0.0.1 answered 400: {'x' * 200}."),
        (gzip.compress(b"zipped"), "text/plain", "127.0.0.1 answered 400: Bad Request."),
    ],
    ids=["json", "control characters", "a page", "long", "compressed"],
)
def test_the_reason_of_a_refusal_is_told_short_and_clean(http_server, pull, body, kind, told):
    encoding = {"content-encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    http_server.script("/data", Reply(400, body, {"content-type": kind, **encoding}))
    with pytest.raises(SourceRefused) as refused:
        pulled(pull())
    assert refused.value.what == told


def test_no_secret_of_the_connector_is_ever_told(http_server, pull):
    configuration = {
        "headers": {"X-Key": "header-secret"},
        "auth": {"type": "BASIC", "username": "ada", "password": "basic-secret"},
    }
    http_server.script("/data", Reply(400, b"header-secret basic-secret", {"content-type": "text/plain"}))
    source = pull(**configuration)
    with pytest.raises(SourceRefused) as refused:
        pulled(source)
    assert "secret" not in refused.value.message
    assert "secret" not in repr(HttpPullInput.parse({"url": "http://h/", **configuration}))


def test_a_source_that_hangs_ends_in_time(http_server, pull):
    http_server.script("/data", Hang())
    with pytest.raises(SourceUnresponsive, match="did not answer in time") as failed:
        pulled(pull(timeout_seconds=0.1))
    assert "timeout_seconds" in failed.value.remedy
    http_server.wait_for_requests(3)


def test_a_source_that_drips_ends_in_time(http_server, settings):
    """However soon each part of the answer follows the one before."""
    now = 0.0

    def dripping():
        nonlocal now
        while True:
            now += 100
            yield b"x"

    http_server.script("/data", Drip(dripping()))
    configuration = HttpPullInput(url=f"{http_server.url}/data", timeout_seconds=30)
    with pytest.raises(SourceUnresponsive, match="longer over its answer"):
        pulled(HttpPull(configuration, settings, clock=lambda: now))
    assert len(http_server.requests) == 1


def test_a_source_that_breaks_off_is_unresponsive(http_server, pull):
    http_server.script("/data", Reset(b"half of it"))
    with pytest.raises(SourceUnresponsive, match="broke the connection off"):
        pulled(pull())


def test_a_server_that_speaks_no_http_is_unresponsive(pull):
    with raw_server(b"SSH-2.0-OpenSSH_9.6\r\n") as port, pytest.raises(SourceUnresponsive, match="speaks HTTP"):
        pulled(pull(url=f"http://127.0.0.1:{port}/"))


def test_a_host_that_does_not_exist_is_refused(pull):
    with pytest.raises(SourceRefused, match=r"no-such-host\.invalid is not known"):
        pulled(pull(url="http://no-such-host.invalid/"))


def test_a_name_that_is_no_host_is_refused(pull):
    with pytest.raises(SourceRefused):
        pulled(pull(url=f"http://{'a' * 70}.example/"))


def test_an_endless_answer_is_cut_off(http_server, pull, settings):
    http_server.script("/data", Drip(b"x" * 1000 for _ in range(1000)))
    source = HttpPull(HttpPullInput(url=f"{http_server.url}/data"), settings.model_copy(update={"max_file_size": 5000}))
    with pytest.raises(SourceRefused, match="more than the 5,000 bytes"):
        pulled(source)


def test_an_answer_for_which_this_machine_has_no_room_is_not_the_sources_fault(http_server, pull):
    http_server.script("/data", Reply(body=b"x" * 100_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(Unavailable, match=r"what 127.0.0.1 answers: File too large\. Make room"):
            pulled(pull())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(http_server.requests) == 1


# Compression


def test_a_compressed_answer_is_decompressed(http_server, pull):
    http_server.script("/data", Reply(body=gzip.compress(b"plain"), headers={"content-encoding": "gzip"}))
    assert pulled(pull())[0] == b"plain"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "x-mine"])
def test_an_encoding_that_was_not_asked_for_is_refused(http_server, pull, encoding):
    content = zlib.compress(b"x")
    http_server.script("/data", Reply(body=content, headers={"content-encoding": encoding}))
    with pytest.raises(SourceRefused, match="Content-Encoding"):
        pulled(pull())


def test_a_bomb_is_cut_off(http_server, pull, settings):
    bomb = gzip.compress(b"\0" * 50_000_000)
    http_server.script("/data", Reply(body=bomb, headers={"content-encoding": "gzip"}))
    source = HttpPull(
        HttpPullInput(url=f"{http_server.url}/data"), settings.model_copy(update={"max_file_size": 10**6})
    )
    with pytest.raises(SourceRefused, match="more than"):
        pulled(source)


def test_a_damaged_compression_is_refused(http_server, pull):
    http_server.script("/data", Reply(body=b"no gzip", headers={"content-encoding": "gzip"}))
    with pytest.raises(SourceRefused, match="decompressed"):
        pulled(pull())


# Redirects


def test_a_get_follows_redirects_on_the_same_host_with_its_credentials(http_server, pull):
    http_server.script("/data", Reply(302, headers={"location": "/moved?x=1"}))
    http_server.script("/moved", Reply(body=b"a"))
    content, fetched = pulled(pull(auth={"type": "BEARER", "token": SECRET}, query={"page": "1"}))
    assert content == b"a"
    assert http_server.requests[1].headers["authorization"] == f"Bearer {SECRET}"
    assert http_server.requests[1].query == {"x": "1"}
    assert fetched.path == f"{http_server.url}/moved"


def test_credentials_are_not_sent_to_another_host(http_server, pull):
    with serving() as other:
        other.script("/moved", Reply(body=b"a"))
        http_server.script("/data", Reply(307, headers={"location": f"{other.url}/moved"}))
        source = pull(auth={"type": "API_KEY", "key": SECRET}, headers={"X-Own": "also-secret"})
        assert pulled(source)[0] == b"a"
        assert not {"x-api-key", "x-own", "authorization"} & other.requests[0].headers.keys()


def test_more_than_three_redirects_are_refused(http_server, pull):
    http_server.script("/data", Reply(302, headers={"location": "/data"}))
    with pytest.raises(SourceRefused, match="302") as refused:
        pulled(pull())
    assert len(http_server.requests) == 4
    assert "redirects" in refused.value.remedy


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "gopher://x"])
def test_a_redirect_to_something_else_than_http_is_refused(http_server, pull, location):
    http_server.script("/data", Reply(302, headers={"location": location}))
    with pytest.raises((SourceRefused, SourceUnresponsive)):
        pulled(pull())


def test_a_post_does_not_follow_redirects_and_the_remedy_names_the_address(http_server, pull):
    http_server.script("/data", Reply(308, headers={"location": "https://user:pw@other.example/new?token=1"}))
    with pytest.raises(SourceRefused) as refused:
        pulled(pull(method="POST"))
    assert refused.value.remedy == "Set url to where it redirects: https://other.example/new."


# Names


@pytest.mark.parametrize(
    ("path", "headers", "name"),
    [
        ("/export.csv", {}, "export.csv"),
        ("/exports/2024%2F%2e%2e%2fpasswd", {}, "passwd"),
        ("/data", {"content-type": "application/json; charset=utf-8"}, "data.json"),
        ("/", {"content-type": "text/csv"}, "127.0.0.1"),
        ("/data", {"content-disposition": 'attachment; filename="of the day.xlsx"'}, "of the day.xlsx"),
        ("/data", {"content-disposition": "attachment; filename*=UTF-8''%e2%82%ac.csv"}, "€.csv"),
        ("/data", {"content-disposition": 'attachment; filename="../../etc/passwd"'}, "passwd"),
        ("/data", {"content-disposition": "nonsense;;;"}, "data"),
    ],
)
def test_the_answer_is_named_by_the_server_or_its_address(http_server, pull, path, headers, name):
    http_server.script(httpx.URL(http_server.url + path).path, Reply(body=b"a", headers=headers))
    assert pulled(pull(url=http_server.url + path))[1].name == name


# Configuration


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://example.com/"},
        {"url": "example.com"},
        {"url": "http://"},
        {"url": "https://ada:pw@example.com/"},
        {"url": "http://example.com:99999/"},
        {"url": "http://①②⑦.0.0.1/"},
        {"url": "http://h/", "headers": {"Host": "other"}},
        {"url": "http://h/", "headers": {"a b": "c"}},
        {"url": "http://h/", "headers": {"X-A": "b\r\nX-Injected: c"}},
        {"url": "http://h/", "auth": {"type": "KERBEROS"}},
        {"url": "http://h/", "auth": {"type": "BEARER"}},
        {"url": "http://h/", "auth": {"type": "BASIC", "username": "a:b", "password": "c"}},
        {"url": "http://h/", "method": "DELETE"},
        {"url": "http://h/", "timeout_seconds": 0},
        {"url": "http://h/", "pagination": {}},
    ],
    ids=lambda raw: str(list(raw.items())[-1]),
)
def test_a_wrong_configuration_is_refused_at_the_door_without_its_secrets(wrong):
    with pytest.raises(InvalidDocument) as refused:
        HttpPullInput.parse(wrong)
    assert "pw@" not in refused.value.message


def test_the_documents_secrets_are_masked_in_what_is_shown():
    document = HttpPullInput.parse(
        {"url": "http://h/", "headers": {"X-A": "one"}, "auth": {"type": "BASIC", "username": "ada", "password": "two"}}
    )
    assert json.dumps(document.to_json()).count("**********") == 2


def test_the_environments_proxies_are_not_used(http_server, pull, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    http_server.script("/data", Reply(body=b"a"))
    assert pulled(pull())[0] == b"a"


def test_the_timeout_of_the_service_counts_when_the_connector_has_none(http_server):
    http_server.script("/data", Hang())
    settings = Settings(allow_private_addresses=True, http_timeout_seconds=0.1, retry_attempts=1)
    with pytest.raises(SourceUnresponsive, match="in time"):
        HttpPull(HttpPullInput(url=f"{http_server.url}/data"), settings).fetch(io.BytesIO())
