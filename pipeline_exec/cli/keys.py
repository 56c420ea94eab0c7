"""``keys``: API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline_exec.cli.context import Deployment
from pipeline_exec.model.principal import CredentialKind, PrincipalType

if TYPE_CHECKING:
    from pipeline_exec.model.principal import Credential, Principal
    from pipeline_exec.services.principals import PrincipalService


@click.group()
def keys() -> None:
    """API keys: what a client sends as Authorization: Bearer."""


@keys.command()
@click.option("--name", required=True, help="What the key is for, to know it again.")
@click.option("--user", help="Identifier of the user it acts as, such as an e-mail address; made when there is none.")
@click.option("--sub-organization", help="Identifier of the sub-organisation it acts as; made when there is none.")
@click.pass_obj
def create(deployment: Deployment, name: str, user: str | None, sub_organization: str | None) -> None:
    """Make a key and print it, and nothing else: this is the only time it is shown.

    Without a user or a sub-organisation the key acts as the organisation's owner.
    """
    if user is not None and sub_organization is not None:
        raise click.UsageError("A key acts as a user or as a sub-organisation, not as both.")
    principals = deployment.layer.principals
    click.echo(principals.issue(_holder(principals, user, sub_organization), CredentialKind.API_KEY, name).token)


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def list_(deployment: Deployment, as_json: bool) -> None:
    """List all keys, revoked ones too; never the keys themselves."""
    import json

    from pipeline_exec.cli.output import print_table, shown_moment

    found = deployment.layer.principals.keys()
    if as_json:
        click.echo(json.dumps([_described(key) for key in found], indent=2, ensure_ascii=False))
        return
    print_table(
        ("Id", "Name", "Acts as", "Made", "Revoked"),
        [
            (key.id, key.name, key.principal.name, shown_moment(key.created_at), shown_moment(key.revoked_at))
            for key in found
        ],
        flexible=("Name", "Acts as"),
    )


@keys.command()
@click.argument("key_id", metavar="ID")
@click.pass_obj
def revoke(deployment: Deployment, key_id: str) -> None:
    """Revoke a key: it opens nothing from now on. Keys are known by the id that list shows."""
    deployment.layer.principals.revoke(key_id)
    click.echo(f"Revoked {key_id}.")


def _holder(principals: PrincipalService, user: str | None, sub_organization: str | None) -> Principal:
    if user is not None:
        return principals.named(user, PrincipalType.USER)
    if sub_organization is not None:
        return principals.named(sub_organization, PrincipalType.SUB_ORG)
    return principals.owner()


def _described(key: Credential) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "principal": {"id": key.principal.id, "identifier": key.principal.identifier, "type": key.principal.type},
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
