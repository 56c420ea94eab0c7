"""Callers and their tokens."""

import threading
from datetime import timedelta

import pytest

from pipeline_exec.errors import NotFound, Unauthenticated
from pipeline_exec.model.principal import CredentialKind, PrincipalType
from pipeline_exec.services.principals import LIFETIMES

API_KEY, LOGIN, SESSION = CredentialKind.API_KEY, CredentialKind.LOGIN, CredentialKind.SESSION


@pytest.fixture
def principals(workshop):
    return workshop.layer.principals


@pytest.fixture
def ada(principals):
    return principals.named("ada@example.com", PrincipalType.USER)


def test_the_owner_is_always_the_same(principals):
    assert principals.owner() == principals.owner() == principals.get(principals.owner().id)


def test_whoever_is_named_is_known_from_then_on(principals, ada):
    assert principals.named("ada@example.com", PrincipalType.USER) == ada == principals.get(ada.id)


def test_a_user_and_a_sub_organisation_may_have_the_same_identifier(principals, ada):
    acme = principals.named("ada@example.com", PrincipalType.SUB_ORG)

    assert acme.id != ada.id
    assert acme.type is PrincipalType.SUB_ORG


def test_somebody_unknown_is_not_found(principals):
    with pytest.raises(NotFound):
        principals.get("nobody")


class TestKeys:
    def test_a_key_says_who_calls(self, principals, ada):
        issued = principals.issue(ada, API_KEY, "ci")

        assert principals.authenticate(issued.token, [API_KEY]) == ada

    def test_of_a_token_only_a_hash_is_kept(self, workshop, principals, ada):
        issued = principals.issue(ada, API_KEY, "ci")

        assert issued.token not in repr(issued.credential)
        database = workshop.layer.ports.store._url.database
        with open(database, "rb") as content:  # noqa: PTH123  # SQLite's own path
            assert issued.token.encode() not in content.read()

    def test_no_two_tokens_are_alike(self, principals, ada):
        tokens = {principals.issue(ada, API_KEY, "ci").token for _ in range(20)}

        assert len(tokens) == 20
        assert all(len(token) > 40 for token in tokens)

    def test_a_key_lives_until_it_is_revoked(self, workshop, principals, ada):
        issued = principals.issue(ada, API_KEY, "ci")
        workshop.clock.advance(timedelta(days=3650).total_seconds())
        assert principals.authenticate(issued.token, [API_KEY]) == ada

        principals.revoke(issued.credential.id)

        with pytest.raises(Unauthenticated):
            principals.authenticate(issued.token, [API_KEY])

    def test_revoking_twice_is_as_good_as_once(self, principals, ada):
        issued = principals.issue(ada, API_KEY, "ci")
        principals.revoke(issued.credential.id)
        principals.revoke(issued.credential.id)

    def test_a_key_that_is_none_cannot_be_revoked(self, principals):
        with pytest.raises(NotFound):
            principals.revoke("none")

    def test_all_keys_are_listed_revoked_ones_too(self, workshop, principals, ada):
        first = principals.issue(ada, API_KEY, "first").credential
        workshop.clock.advance(1)
        second = principals.issue(ada, API_KEY, "second").credential
        principals.issue(ada, SESSION, "browser")
        principals.revoke(first.id)

        listed = principals.keys()
        assert [(key.id, key.name, key.revoked_at is None) for key in listed] == [
            (first.id, "first", False), (second.id, "second", True),
        ]  # fmt: skip


@pytest.mark.parametrize("token", ["", "pex_", "pex_x", "ü" * 50, "'; DROP TABLE credentials; --"])
def test_what_is_no_token_says_nothing(principals, token):
    with pytest.raises(Unauthenticated, match="The token is not valid"):
        principals.authenticate(token, list(CredentialKind))


@pytest.mark.parametrize("issued", CredentialKind)
@pytest.mark.parametrize("accepted", CredentialKind)
def test_a_token_opens_only_what_it_is_for(principals, ada, issued, accepted):
    token = principals.issue(ada, issued, "x").token

    if issued is accepted:
        assert principals.authenticate(token, [accepted]) == ada
    else:
        with pytest.raises(Unauthenticated):
            principals.authenticate(token, [accepted])


@pytest.mark.parametrize("kind", LIFETIMES, ids=lambda kind: kind.name)
def test_what_is_not_meant_to_stay_expires(workshop, principals, ada, kind):
    token = principals.issue(ada, kind, "x").token
    workshop.clock.advance(LIFETIMES[kind].total_seconds() - 1)
    assert principals.authenticate(token, [kind]) == ada

    workshop.clock.advance(1)

    with pytest.raises(Unauthenticated):
        principals.authenticate(token, [kind])


class TestBrowsers:
    def test_a_login_link_is_worth_one_session(self, principals, ada):
        link = principals.issue(ada, LOGIN, "login").token

        session = principals.log_in(link)

        assert principals.authenticate(session.token, [SESSION]) == ada
        with pytest.raises(Unauthenticated):
            principals.log_in(link)

    def test_of_many_who_follow_the_same_link_one_gets_in(self, principals, ada):
        link = principals.issue(ada, LOGIN, "login").token
        together, answers = threading.Barrier(5), []

        def follow():
            together.wait()
            try:
                answers.append(bool(principals.log_in(link)))
            except Unauthenticated:
                answers.append(False)

        threads = [threading.Thread(target=follow) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answers) == [False] * 4 + [True]

    def test_a_key_is_worth_as_many_sessions_as_wanted(self, principals, ada):
        key = principals.issue(ada, API_KEY, "ci").token

        assert principals.log_in(key).token != principals.log_in(key).token

    def test_a_session_is_worth_no_other(self, principals, ada):
        session = principals.log_in(principals.issue(ada, API_KEY, "ci").token)

        with pytest.raises(Unauthenticated):
            principals.log_in(session.token)

    def test_whoever_logs_out_is_out(self, principals, ada):
        session = principals.log_in(principals.issue(ada, API_KEY, "ci").token)

        principals.log_out(session.token)

        with pytest.raises(Unauthenticated):
            principals.authenticate(session.token, [SESSION])

    def test_logging_out_with_something_else_ends_nothing(self, principals, ada):
        key = principals.issue(ada, API_KEY, "ci").token

        principals.log_out(key)
        principals.log_out("nonsense")

        assert principals.authenticate(key, [API_KEY]) == ada
