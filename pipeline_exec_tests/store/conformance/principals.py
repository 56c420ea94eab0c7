"""What every store promises of principals and credentials, as ``ports.Principals`` says it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.principal import Credential, CredentialKind, PrincipalType
from pipeline_exec_tests.builders import NOON, a_principal
from pipeline_exec_tests.store.races import race


def a_credential(name="ci", *, kind=CredentialKind.API_KEY, at=NOON, **more):
    principal = more.pop("principal", a_principal())
    return Credential(
        id=f"key-{name}", kind=kind, name=name, principal=principal, token_hash=f"hash-{name}", created_at=at, **more
    )


class PrincipalsConformance:
    def test_the_owner_is_made_on_first_use_and_is_the_same_ever_after(self, store):
        with store.writing() as tx:
            owner = tx.principals.owner()
            assert tx.principals.owner() == owner
        with store.reading() as tx:
            assert tx.principals.owner() == owner
            assert tx.principals.get(owner.id) == owner

    def test_several_at_once_make_one_owner(self, url):
        assert len(set(race(url, lambda tx, _: tx.principals.owner()))) == 1

    def test_a_principal_is_found_by_id_and_by_identifier_and_type(self, store):
        with store.writing() as tx:
            tx.principals.add(a_principal("ada"))
        with store.reading() as tx:
            assert tx.principals.get(a_principal("ada").id) == a_principal("ada")
            assert tx.principals.named("ada", PrincipalType.USER) == a_principal("ada")
            assert tx.principals.named("ada", PrincipalType.SUB_ORG) is None
            assert tx.principals.named("bob", PrincipalType.USER) is None

    def test_an_unknown_principal_is_not_found(self, store):
        with store.reading() as tx, pytest.raises(NotFound, match="nobody"):
            tx.principals.get("nobody")

    def test_an_identifier_that_is_taken_is_a_conflict_and_the_transaction_goes_on(self, store):
        with store.writing() as tx:
            tx.principals.add(a_principal("ada", id="1"))
            with pytest.raises(Conflict, match="ada"):
                tx.principals.add(a_principal("ada", id="2"))
            tx.principals.add(a_principal("ada", id="3", type=PrincipalType.SUB_ORG))
        with store.reading() as tx:
            assert tx.principals.get("3").type is PrincipalType.SUB_ORG

    def test_a_credential_is_found_by_the_hash_of_its_token(self, store):
        credential = a_credential(expires_at=NOON + timedelta(hours=1))
        with store.writing() as tx:
            tx.principals.add(credential.principal)
            tx.principals.add_credential(credential)
        with store.reading() as tx:
            assert tx.principals.credential("hash-ci") == credential
            assert tx.principals.credential("hash-other") is None

    def test_a_credential_is_found_though_it_is_no_longer_valid(self, store):
        credential = a_credential(expires_at=NOON, revoked_at=NOON)
        with store.writing() as tx:
            tx.principals.add(credential.principal)
            tx.principals.add_credential(credential)
            assert tx.principals.credential("hash-ci") == credential

    def test_credentials_of_a_kind_come_oldest_first(self, store):
        with store.writing() as tx:
            tx.principals.add(a_principal())
            for name, hours in (("second", 2), ("first", 1), ("third", 3)):
                tx.principals.add_credential(a_credential(name, at=NOON + timedelta(hours=hours)))
            tx.principals.add_credential(a_credential("cookie", kind=CredentialKind.SESSION))
        with store.reading() as tx:
            names = [credential.name for credential in tx.principals.credentials(CredentialKind.API_KEY)]
            assert names == ["first", "second", "third"]
            assert not tx.principals.credentials(CredentialKind.LOGIN)

    def test_a_credential_is_revoked_once(self, store):
        with store.writing() as tx:
            tx.principals.add(a_principal())
            tx.principals.add_credential(a_credential())
            assert tx.principals.revoke("key-ci", NOON) is True
            assert tx.principals.revoke("key-ci", NOON + timedelta(hours=1)) is False
            assert tx.principals.credential("hash-ci") == replace(a_credential(), revoked_at=NOON)

    def test_of_several_who_use_a_one_time_token_at_once_one_succeeds(self, store, url):
        with store.writing() as tx:
            tx.principals.add(a_principal())
            tx.principals.add_credential(a_credential(kind=CredentialKind.LOGIN))
        assert sorted(race(url, lambda tx, _: tx.principals.revoke("key-ci", NOON))) == [False, False, False, True]

    def test_an_unknown_credential_cannot_be_revoked(self, store):
        with store.writing() as tx, pytest.raises(NotFound, match="nothing"):
            tx.principals.revoke("nothing", NOON)
