import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.connectors.http_push import HttpPush, HttpPushInput
from pipeline_exec.errors import InvalidDocument, Unauthenticated

SECRET = "a shared secret"


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def push():
    return HttpPush(HttpPushInput.parse({"signature_secret": SECRET}))


def test_there_is_nothing_to_check(push):
    push.check()


def test_without_a_secret_every_call_is_taken_and_its_body_is_not_read():
    HttpPush(HttpPushInput()).verify({}, lambda: pytest.fail("the body was read"))


@given(st.lists(st.binary(max_size=20)))
def test_a_signed_body_is_genuine_however_it_comes_in(parts):
    push = HttpPush(HttpPushInput.parse({"signature_secret": SECRET}))
    push.verify({"X-Signature": signature(b"".join(parts))}, lambda: parts)


@pytest.mark.parametrize("name", ["X-Signature", "x-signature", "X-SIGNATURE"])
def test_the_headers_name_may_be_written_in_any_case(push, name):
    push.verify({name: signature(b"a").upper().replace("SHA256", "sha256")}, lambda: [b"a"])


@pytest.mark.parametrize(
    "given_signature",
    [
        signature(b"b"),
        signature(b"a", "another secret"),
        signature(b"a")[:-1],
        signature(b"a").removeprefix("sha256="),
        "sha1=" + hmac.new(SECRET.encode(), b"a", hashlib.sha1).hexdigest(),
        "sha256=",
        "sha256=ä\udcff",
        "x",
    ],
    ids=["other body", "other secret", "cut", "no scheme", "sha1", "empty", "no ascii", "nonsense"],
)
def test_a_wrong_signature_is_refused_with_a_remedy(push, given_signature):
    with pytest.raises(Unauthenticated, match="signature") as refused:
        push.verify({"X-Signature": given_signature}, lambda: [b"a"])
    assert refused.value.remedy
    assert SECRET not in refused.value.message


@pytest.mark.parametrize("headers", [{}, {"X-Signature": ""}], ids=["none", "empty"])
def test_an_absent_signature_is_refused_before_the_body_is_read(push, headers):
    with pytest.raises(Unauthenticated, match="no X-Signature") as refused:
        push.verify(headers, lambda: pytest.fail("the body was read"))
    assert "HMAC-SHA256" in refused.value.remedy


def test_the_secret_is_shown_nowhere():
    document = HttpPushInput.parse({"signature_secret": SECRET})
    assert SECRET not in f"{document!r} {document.to_json()}"


def test_a_secret_that_can_be_guessed_is_refused():
    with pytest.raises(InvalidDocument):
        HttpPushInput.parse({"signature_secret": "short"})
