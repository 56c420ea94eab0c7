from datetime import timedelta

import pytest

from pipeline_exec.model.principal import Audit, Credential, CredentialKind
from pipeline_exec_tests.builders import NOON, a_principal

ADA, GRACE = a_principal(), a_principal("grace@example.com")
SECOND = timedelta(seconds=1)


def a_credential(**more):
    return Credential(
        id="1", kind=CredentialKind.API_KEY, name="ci", principal=ADA, token_hash="0", created_at=NOON, **more
    )


@pytest.mark.parametrize(
    ("credential", "at", "valid"),
    [
        (a_credential(), NOON + timedelta(days=10_000), True),
        (a_credential(expires_at=NOON), NOON - SECOND, True),
        (a_credential(expires_at=NOON), NOON, False),
        (a_credential(expires_at=NOON), NOON + SECOND, False),
        (a_credential(revoked_at=NOON), NOON - SECOND, False),
        (a_credential(revoked_at=NOON, expires_at=NOON + SECOND), NOON, False),
    ],
    ids=["never expires", "before its end", "at its end", "after its end", "revoked", "revoked before its end"],
)
def test_a_credential_is_valid(credential, at, valid):
    assert credential.is_valid(at) is valid


def test_an_audit_keeps_who_made_a_thing_when_somebody_changes_it():
    audit = Audit.new(ADA, NOON).touched(GRACE, NOON + SECOND)

    assert audit == Audit(created_at=NOON, created_by=ADA, updated_at=NOON + SECOND, updated_by=GRACE)
