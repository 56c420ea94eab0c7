"""Nobody gets in unknown, no page of another site acts for somebody, and a key that is withdrawn opens nothing."""

import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from pipeline_exec.api import auth
from pipeline_exec.model.principal import CredentialKind, PrincipalType
from pipeline_exec_tests.api.conftest import an_api

ADDRESSES = [
    "/dp/api/v1/execution/",
    "/resources/wrappers/",
    "/graphql",
    "/graphql/assets/page.js",
    "/dagster",
    "/dagster/graphql",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/assets/swagger-ui.css",
    "/",
    "/nothing/there",
    "/management/health/..",
    "/static/../dp/api/v1/execution/",
    "//management/health",
]


async def dagster_ui(scope, receive, send):
    """Shows what it is told, over HTTP and over a websocket."""
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    told = json.dumps({"path": scope["path"], "root": scope.get("root_path", ""), "headers": headers})
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": told})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": told.encode()})


@pytest.fixture(scope="module")
def ui_api(tmp_path_factory):
    with an_api(tmp_path_factory.mktemp("ui"), dagster_ui=dagster_ui) as api:
        yield api


def socket_url(api, path="/dagster/graphql"):
    return api.url.replace("http", "ws") + path


def cookie_of(browser):
    return {"Cookie": f"{auth.SESSION_COOKIE}={browser.cookies[auth.SESSION_COOKIE]}"}


@pytest.fixture
def browser(ui_api):
    """A browser with a session."""
    with ui_api.anonymous() as browser:
        answer = browser.post("/login", data={"token": ui_api.key()}, headers={"Origin": ui_api.url})
        assert answer.status_code == 303, answer.text
        yield browser


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_key_nothing_is_answered(ui_api, address):
    with ui_api.anonymous() as client:
        answer = client.get(address)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    told = answer.json()
    assert told == ({"detail": told["detail"]} if "wrappers" in address else {"message": told["message"], "errors": []})


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param("Bearer nope", id="unknown key"),
        pytest.param("Bearer", id="no key"),
        pytest.param("Basic YWRhOmFkYQ==", id="another scheme"),
        pytest.param("Bearer \u00fc".encode(), id="not ASCII"),
    ],
)
def test_what_is_no_key_opens_nothing(ui_api, authorization):
    with ui_api.anonymous() as client:
        answer = client.get("/dp/api/v1/execution/", headers={"Authorization": authorization})

    assert answer.status_code == 401


def test_the_health_needs_no_key(ui_api):
    with ui_api.anonymous() as client:
        assert client.get("/management/health").json() == {"data": {"message": "OK"}}


def test_the_word_bearer_is_written_as_one_likes(ui_api):
    with ui_api.anonymous() as client:
        assert client.get("/metrics", headers={"Authorization": f"bEARER {ui_api.key()}"}).status_code == 200


def test_a_key_names_its_owner(api):
    key = api.key("Trinity Ltd", PrincipalType.SUB_ORG)
    document = {"name": api.unique("m"), "columns": [{"key": "a"}]}

    answer = api.client.post("/dp/api/v1/tdm/", json=document, headers={"Authorization": f"Bearer {key}"})

    creator = answer.json()["data"]["created_by"]
    assert (creator["identifier"], creator["type"]) == ("Trinity Ltd", "SUB_ORG")


def test_a_revoked_key_opens_nothing_from_then_on(ui_api):
    owner = ui_api.layer.principals.owner()
    issued = ui_api.layer.principals.issue(owner, CredentialKind.API_KEY, "to be revoked")
    asked = {"headers": {"Authorization": f"Bearer {issued.token}"}}
    assert ui_api.client.get("/metrics", **asked).status_code == 200

    ui_api.layer.principals.revoke(issued.credential.id)

    assert ui_api.client.get("/metrics", **asked).status_code == 401


@pytest.mark.parametrize("kind", [CredentialKind.LOGIN, CredentialKind.SESSION])
def test_a_token_for_browsers_is_no_key(ui_api, kind):
    issued = ui_api.layer.principals.issue(ui_api.layer.principals.owner(), kind, "browser")

    answer = ui_api.client.get("/metrics", headers={"Authorization": f"Bearer {issued.token}"})

    assert answer.status_code == 401


def test_a_person_is_sent_to_the_login_and_back(ui_api):
    with ui_api.anonymous() as browser:
        asked = browser.get("/dagster/runs?view=all&x=ü", headers={"Accept": "text/html,*/*"})
        assert asked.status_code == 303
        assert asked.headers["Location"] == "/login?next=%2Fdagster%2Fruns%3Fview%3Dall%26x%3D%25C3%25BC"
        page = browser.get(asked.headers["Location"])
        assert 'name="next" value="/dagster/runs?view=all&amp;x=%C3%BC"' in page.text

        done = browser.post("/login", data={"token": ui_api.key(), "next": "/dagster/runs?view=all"})

        assert (done.status_code, done.headers["Location"]) == (303, "/dagster/runs?view=all")
        assert browser.get("/dagster/runs").status_code == 200


def test_a_program_is_not_sent_to_the_login(ui_api):
    with ui_api.anonymous() as client:
        answer = client.get("/dagster", headers={"Accept": "text/html", "Authorization": "Bearer nope"})

    assert answer.status_code == 401


def test_the_session_is_a_cookie_that_scripts_cannot_read(ui_api):
    with ui_api.anonymous() as browser:
        answer = browser.post("/login", data={"token": ui_api.key()})

    name, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith(f"{auth.SESSION_COOKIE}=pex_")
    assert {attribute.split("=")[0] for attribute in attributes} == {"expires", "HttpOnly", "Path", "SameSite"}
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(attributes)


def test_over_https_the_cookie_is_for_https_only(ui_api):
    with ui_api.anonymous() as browser:
        answer = browser.post("/login", data={"token": ui_api.key()}, headers={"X-Forwarded-Proto": "https"})

    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_a_one_time_link_logs_in_once_and_not_by_being_looked_at(ui_api):
    owner = ui_api.layer.principals.owner()
    token = ui_api.layer.principals.issue(owner, CredentialKind.LOGIN, "link").token
    with ui_api.anonymous() as browser:
        for _ in range(3):
            page = browser.get("/login", params={"token": token})
            assert f'value="{token}"' in page.text
            assert page.headers["Referrer-Policy"] == "no-referrer"
            assert page.headers["Cache-Control"] == "no-store"
            assert not browser.cookies

        assert browser.post("/login", data={"token": token}).status_code == 303
        again = browser.post("/login", data={"token": token})

    assert again.status_code == 401
    assert "not valid" in again.text or "used before" in again.text


def test_a_wrong_key_is_asked_for_again(ui_api):
    with ui_api.anonymous() as browser:
        answer = browser.post("/login", data={"token": "<script>", "next": '"><script>'})

    assert answer.status_code == 401
    assert "not valid" in answer.text
    assert "<script>" not in answer.text.replace('<script src="/static/login.js" defer></script>', "")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example",
        "javascript:alert(1)",
        "http:/evil.example",
        "evil.example",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(ui_api, target):
    with ui_api.anonymous() as browser:
        answer = browser.post("/login", data={"token": ui_api.key(), "next": target})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://evil.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="an opaque origin"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="cross-site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="another subdomain"),
    ],
)
def test_no_page_of_another_site_logs_its_visitor_in(ui_api, headers):
    with ui_api.anonymous() as browser:
        answer = browser.post("/login", data={"token": ui_api.key()}, headers=headers)

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_logging_out_ends_the_session(ui_api, browser):
    session = cookie_of(browser)
    assert browser.get("/").status_code == 200

    answer = browser.post("/logout", headers={"Origin": ui_api.url})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert not browser.cookies
    assert browser.get("/", headers=session).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 403, id="nothing said"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "null"}, 403, id="an opaque origin"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "OURS"}, 403, id="cross-site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="another subdomain"),
        pytest.param({"Origin": "OURS"}, 404, id="our origin"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 404, id="same-origin"),
    ],
)
def test_a_cookie_changes_something_only_from_a_page_of_ours(ui_api, browser, headers, status):
    headers = {name: value.replace("OURS", ui_api.url) for name, value in headers.items()}

    answer = browser.delete("/dp/api/v1/pipeline/nope", headers=headers)

    assert answer.status_code == status
    assert set(answer.json()) == {"message", "errors"}


def test_a_cookie_reads_from_wherever_it_is_sent(browser):
    assert browser.get("/dp/api/v1/execution/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_key_needs_no_origin(ui_api):
    answer = ui_api.client.delete("/dp/api/v1/pipeline/nope", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 404


def test_the_dagster_ui_is_told_who_asks_and_nobody_else_can_tell_it(ui_api):
    forged = {"X-Pipeline-Exec-Principal": "somebody-else"}

    told = ui_api.client.get("/dagster/runs", headers=forged).json()

    ada = ui_api.layer.principals.named("ada@example.com", PrincipalType.USER)
    assert told["headers"]["x-pipeline-exec-principal"] == ada.id
    assert (told["path"], told["root"]) == ("/dagster/runs", "")


def test_a_websocket_with_a_key_is_let_through_and_told_who_asks(ui_api):
    headers = {"Authorization": f"Bearer {ui_api.key()}", "x-pipeline-exec-principal": "somebody-else"}
    with connect(socket_url(ui_api), additional_headers=headers) as websocket:
        told = json.loads(websocket.recv())

    ada = ui_api.layer.principals.named("ada@example.com", PrincipalType.USER)
    assert told["headers"]["x-pipeline-exec-principal"] == ada.id


def test_a_websocket_of_a_page_of_ours_is_let_through(ui_api, browser):
    headers = {**cookie_of(browser), "Origin": ui_api.url}
    with connect(socket_url(ui_api), additional_headers=headers) as websocket:
        assert json.loads(websocket.recv())["path"] == "/dagster/graphql"


@pytest.mark.parametrize("path", ["/dagster/graphql", "/graphql", "/nothing", "/ingest/x"])
def test_a_websocket_without_a_key_is_refused(ui_api, path):
    with pytest.raises(InvalidStatus) as refused, connect(socket_url(ui_api, path)):
        pass

    assert refused.value.response.status_code == 403


def test_a_websocket_of_another_sites_page_is_refused(ui_api, browser):
    headers = {**cookie_of(browser), "Origin": "https://evil.example"}
    with pytest.raises(InvalidStatus), connect(socket_url(ui_api), additional_headers=headers):
        pass


def test_an_open_websocket_is_closed_soon_after_its_key_is_revoked(ui_api, monkeypatch):
    monkeypatch.setattr(auth, "RECHECK_SECONDS", 0.05)
    issued = ui_api.layer.principals.issue(ui_api.layer.principals.owner(), CredentialKind.API_KEY, "x")
    headers = {"Authorization": f"Bearer {issued.token}"}
    with connect(socket_url(ui_api), additional_headers=headers) as websocket:
        websocket.recv()
        ui_api.layer.principals.revoke(issued.credential.id)
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(timeout=5)

    assert closed.value.rcvd.code == 4401
