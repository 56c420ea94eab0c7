"""Principals and credentials in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, insert, select, update

from pipeline_exec import ports
from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.identity import PrincipalId, derived_id
from pipeline_exec.model.principal import Credential, CredentialKind, Principal, PrincipalType
from pipeline_exec.store.audit import principal_of
from pipeline_exec.store.refusals import refusing
from pipeline_exec.store.tables import credentials, principals

#: The same in every process that makes it, so that whoever comes second finds it made.
OWNER = Principal(
    id=PrincipalId(derived_id("principal", "owner")), name="Owner", identifier="owner", type=PrincipalType.USER
)


class Principals(ports.Principals):
    """The rows of ``principals`` and ``credentials``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def owner(self) -> Principal:
        found = self._one(principals.c.id == OWNER.id)
        if found is not None:
            return found
        try:
            self.add(OWNER)
        except Conflict:
            return self.get(OWNER.id)
        return OWNER

    def get(self, principal_id: PrincipalId) -> Principal:
        found = self._one(principals.c.id == principal_id)
        if found is None:
            raise NotFound(f"There is no user or sub-organisation {principal_id!r}.")
        return found

    def named(self, identifier: str, principal_type: PrincipalType) -> Principal | None:
        return self._one((principals.c.identifier == identifier) & (principals.c.type == principal_type))

    def add(self, principal: Principal) -> None:
        statement = insert(principals).values(
            id=principal.id, name=principal.name, identifier=principal.identifier, type=principal.type
        )
        with refusing(self._connection, unique=lambda: _taken(principal)):
            self._connection.execute(statement)

    def add_credential(self, credential: Credential) -> None:
        statement = insert(credentials).values(
            id=credential.id,
            kind=credential.kind,
            name=credential.name,
            principal_id=credential.principal.id,
            token_hash=credential.token_hash,
            created_at=credential.created_at,
            expires_at=credential.expires_at,
            revoked_at=credential.revoked_at,
        )
        self._connection.execute(statement)

    def credential(self, token_hash: str) -> Credential | None:
        row = self._connection.execute(_credentials().where(credentials.c.token_hash == token_hash)).mappings()
        found = row.one_or_none()
        return None if found is None else _credential(found)

    def credentials(self, kind: CredentialKind) -> Sequence[Credential]:
        of_kind = _credentials().where(credentials.c.kind == kind)
        rows = self._connection.execute(of_kind.order_by(credentials.c.created_at, credentials.c.id)).mappings()
        return [_credential(row) for row in rows]

    def revoke(self, credential_id: str, at: datetime) -> bool:
        this = credentials.c.id == credential_id
        revoked = self._connection.execute(
            update(credentials).where(this, credentials.c.revoked_at.is_(None)).values(revoked_at=at)
        )
        if not revoked.rowcount and self._connection.scalar(select(credentials.c.id).where(this)) is None:
            raise NotFound(f"There is no key {credential_id!r}.")
        return bool(revoked.rowcount)

    def _one(self, condition: ColumnElement[bool]) -> Principal | None:
        row = self._connection.execute(select(principals).where(condition)).mappings().one_or_none()
        return None if row is None else principal_of(row, principals)


def _credentials() -> Select[Any]:
    return select(credentials, principals).join_from(credentials, principals)


def _credential(row: RowMapping) -> Credential:
    return Credential(
        id=row[credentials.c.id],
        kind=CredentialKind(row[credentials.c.kind]),
        name=row[credentials.c.name],
        principal=principal_of(row, principals),
        token_hash=row[credentials.c.token_hash],
        created_at=row[credentials.c.created_at],
        expires_at=row[credentials.c.expires_at],
        revoked_at=row[credentials.c.revoked_at],
    )


def _taken(principal: Principal) -> Conflict:
    kind = "user" if principal.type is PrincipalType.USER else "sub-organisation"
    return Conflict(f"There is a {kind} {principal.identifier!r} already.", "Choose another identifier.")
