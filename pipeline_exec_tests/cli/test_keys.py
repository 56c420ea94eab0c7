import json

import pytest

from pipeline_exec.errors import Unauthenticated
from pipeline_exec.model.principal import CredentialKind, PrincipalType


def holder(command_line, token):
    return command_line.layer.principals.authenticate(token, [CredentialKind.API_KEY])


@pytest.mark.parametrize(
    ("options", "identifier", "type_"),
    [
        pytest.param([], None, PrincipalType.USER, id="the owner"),
        pytest.param(["--user", "ada@example.com"], "ada@example.com", PrincipalType.USER, id="a user"),
        pytest.param(["--sub-organization", "acme"], "acme", PrincipalType.SUB_ORG, id="a sub-organisation"),
    ],
)
def test_only_the_key_is_printed_and_it_acts_as_its_holder(command_line, options, identifier, type_):
    result = command_line.run("keys", "create", "--name", "ci", *options)
    assert result.stderr == ""
    (token,) = result.stdout.splitlines()
    principal = holder(command_line, token)
    assert principal.type is type_
    assert (
        principal == command_line.layer.principals.owner() if identifier is None else principal.identifier == identifier
    )


def test_a_key_acts_as_one_of_both(command_line):
    result = command_line.run("keys", "create", "--name", "ci", "--user", "a", "--sub-organization", "b", exit_code=2)
    assert "not as both" in result.stderr


def test_keys_are_listed_without_the_keys_themselves(command_line):
    token = command_line.run("keys", "create", "--name", "ci").stdout.strip()
    listed = command_line.run("keys", "list")
    assert listed.stdout.splitlines()[0].split() == ["Id", "Name", "Acts", "as", "Made", "Revoked"]
    assert "ci" in listed.stdout
    assert token not in listed.stdout
    (described,) = json.loads(command_line.run("keys", "list", "--json").stdout)
    assert described["name"] == "ci"
    assert described["revoked_at"] is None
    assert token not in str(described)


def test_a_revoked_key_opens_nothing(command_line):
    token = command_line.run("keys", "create", "--name", "ci").stdout.strip()
    (described,) = json.loads(command_line.run("keys", "list", "--json").stdout)
    assert command_line.run("keys", "revoke", described["id"]).stdout == f"Revoked {described['id']}.\n"
    with pytest.raises(Unauthenticated):
        holder(command_line, token)
    (after,) = json.loads(command_line.run("keys", "list", "--json").stdout)
    assert after["revoked_at"] is not None


def test_an_unknown_key_is_a_sentence(command_line):
    result = command_line.run("keys", "revoke", "nonsense", exit_code=1)
    assert "nonsense" in result.stderr
