import email.utils
import math
import socket
import ssl
from datetime import UTC, datetime, timedelta

import httpcore
import httpx
import pytest

from pipeline_exec.connectors.failures import DESTINATION, SOURCE
from pipeline_exec.connectors.http_answers import asked_pause, refusal
from pipeline_exec.connectors.http_errors import http_errors
from pipeline_exec.connectors.http_transport import OverdueError
from pipeline_exec.connectors.reach import NotPublicError


def exceptions_of(module) -> list[type[Exception]]:
    found = (getattr(module, name) for name in module.__all__)
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]


FOREIGN = [
    *exceptions_of(httpx),
    *exceptions_of(httpcore),
    *(NotPublicError, OverdueError, OSError, ConnectionResetError, socket.gaierror, socket.herror, TimeoutError),
    *(ssl.SSLError, ssl.SSLCertVerificationError, ssl.SSLEOFError, UnicodeError, OverflowError),
]

TRANSIENT = [
    *(httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout, httpx.ConnectError),
    *(httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.ProxyError),
    *(httpcore.ConnectTimeout, httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout),
    *(httpcore.ConnectError, httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError),
    *(ConnectionResetError, TimeoutError, OverdueError),
]
PERMANENT = [
    *(NotPublicError, httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects),
    *(httpx.DecodingError, httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, UnicodeError, OverflowError),
    *(ssl.SSLError, ssl.SSLCertVerificationError),
]


def made(kind: type[Exception]) -> Exception:
    """One of the kind, of those that take arguments too."""
    request = httpx.Request("GET", "http://h/")
    match kind.__name__:
        case "HTTPStatusError":
            return kind("message", request=request, response=httpx.Response(500, request=request))
        case "StreamConsumed" | "ResponseNotRead" | "RequestNotRead" | "StreamClosed":
            return kind()
        case _:
            return kind("message")


@pytest.mark.parametrize("family", [SOURCE, DESTINATION], ids=["source", "destination"])
@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_exception_of_the_drivers_is_told_as_ours(kind, family):
    with pytest.raises((family.unresponsive, family.refused)) as failed, http_errors("api.example", family):
        raise made(kind)
    assert failed.value.what.startswith("api.example")
    assert failed.value.remedy
    assert isinstance(failed.value.__cause__, kind)


def test_the_drivers_exceptions_were_all_found():
    for module in (httpx, httpcore):
        assert len(exceptions_of(module)) >= 15


@pytest.mark.parametrize("kind", TRANSIENT, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_what_may_pass_by_itself_is_transient(kind):
    with pytest.raises(SOURCE.unresponsive), http_errors("api.example", SOURCE):
        raise made(kind)


@pytest.mark.parametrize("kind", PERMANENT, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_what_will_not_change_is_permanent(kind):
    with pytest.raises(SOURCE.refused), http_errors("api.example", SOURCE):
        raise made(kind)


def test_our_own_errors_pass_untouched():
    with pytest.raises(SOURCE.refused, match="mine"), http_errors("api.example", SOURCE):
        raise SOURCE.refused("mine")


def answer(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, request=httpx.Request("GET", "http://api.example/"))


@pytest.mark.parametrize(
    ("text", "pause"),
    [("7", 7), ("0", 0), ("soon", 0), ("-5", 0), ("9" * 400, math.inf), ("", 0)],
    ids=["seconds", "zero", "a word", "negative", "for ever", "empty"],
)
def test_the_pause_a_server_asks_for_is_understood(text, pause):
    assert asked_pause(refusal(answer(429, **{"retry-after": text}), SOURCE, [])) == pause


@pytest.mark.parametrize(("hours", "left"), [(1, 3600), (-1, 0)], ids=["to come", "gone by"])
def test_a_server_may_name_the_moment_until_which_to_pause(hours, left):
    asked = datetime.now(UTC)
    until = email.utils.format_datetime(asked + timedelta(hours=hours), usegmt=True)
    pause = asked_pause(refusal(answer(429, **{"retry-after": until}), SOURCE, []))
    # The header has whole seconds, and time goes on while the test runs.
    passed = (datetime.now(UTC) - asked).total_seconds()
    assert max(0, left - 1 - passed) <= pause <= left


def test_a_failure_that_is_no_answer_asks_for_no_pause():
    assert asked_pause(SOURCE.unresponsive("nothing")) == 0
