"""Principals: who a token belongs to, and how tokens are made and withdrawn."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline_exec.errors import Unauthenticated
from pipeline_exec.model.identity import PrincipalId, new_id
from pipeline_exec.model.principal import Credential, CredentialKind, Principal, PrincipalType
from pipeline_exec.ports import Clock, Store

LIFETIMES = {CredentialKind.LOGIN: timedelta(minutes=15), CredentialKind.SESSION: timedelta(hours=12)}
"""How long a token lives that is not meant to stay."""


@dataclass(frozen=True)
class Issued:
    """A credential and its token, which is shown this once."""

    credential: Credential
    token: str


@dataclass(frozen=True)
class PrincipalService:
    """What can be done about callers and their tokens."""

    store: Store
    clock: Clock

    def owner(self) -> Principal:
        """The organisation's owner."""
        with self.store.writing() as tx:
            return tx.principals.owner()

    def get(self, principal_id: PrincipalId) -> Principal:
        """Raises NotFound."""
        with self.store.reading() as tx:
            return tx.principals.get(principal_id)

    def named(self, identifier: str, principal_type: PrincipalType) -> Principal:
        """The user or sub-organisation of this identifier; made when there is none."""
        with self.store.writing() as tx:
            known = tx.principals.named(identifier, principal_type)
            if known is not None:
                return known
            principal = Principal(id=PrincipalId(new_id()), name=identifier, identifier=identifier, type=principal_type)
            tx.principals.add(principal)
            return principal

    def issue(self, principal: Principal, kind: CredentialKind, name: str) -> Issued:
        """Make a token. Only its hash is kept."""
        token = f"pex_{secrets.token_urlsafe(32)}"
        now = self.clock()
        lifetime = LIFETIMES.get(kind)
        credential = Credential(
            id=new_id(),
            kind=kind,
            name=name,
            principal=principal,
            token_hash=_hashed(token),
            created_at=now,
            expires_at=now + lifetime if lifetime else None,
        )
        with self.store.writing() as tx:
            tx.principals.add_credential(credential)
        return Issued(credential, token)

    def authenticate(self, token: str, kinds: Sequence[CredentialKind]) -> Principal:
        """Whose token this is.

        Raises:
            Unauthenticated: it is unknown, revoked, expired, or of another kind.
        """
        return self._valid(token, kinds).principal

    def log_in(self, token: str) -> Issued:
        """Exchange a one-time login token, or an API key, for a browser's session.

        Raises:
            Unauthenticated: it is not valid, or was used before.
        """
        credential = self._valid(token, (CredentialKind.LOGIN, CredentialKind.API_KEY))
        if credential.kind is CredentialKind.LOGIN:
            with self.store.writing() as tx:
                if not tx.principals.revoke(credential.id, self.clock()):
                    raise Unauthenticated("This login link was used before.", "Ask for a new one.")
        return self.issue(credential.principal, CredentialKind.SESSION, "browser")

    def log_out(self, token: str) -> None:
        """End a browser's session; a no-op when there is none."""
        with self.store.writing() as tx:
            credential = tx.principals.credential(_hashed(token))
            if credential is not None and credential.kind is CredentialKind.SESSION:
                tx.principals.revoke(credential.id, self.clock())

    def keys(self) -> Sequence[Credential]:
        """All API keys, revoked ones too, oldest first."""
        with self.store.reading() as tx:
            return tx.principals.credentials(CredentialKind.API_KEY)

    def revoke(self, credential_id: str) -> None:
        """Withdraw an API key. Raises NotFound."""
        with self.store.writing() as tx:
            tx.principals.revoke(credential_id, self.clock())

    def _valid(self, token: str, kinds: Sequence[CredentialKind]) -> Credential:
        with self.store.reading() as tx:
            credential = tx.principals.credential(_hashed(token))
        if credential is None or credential.kind not in kinds or not credential.is_valid(self.clock()):
            raise Unauthenticated("The token is not valid.", "Make a key with: pipeline-exec keys create --name NAME.")
        return credential


def _hashed(token: str) -> str:
    """A token has 256 random bits, so a plain hash is enough: there is nothing to guess (OWASP, Session Management)."""
    return hashlib.sha256(token.encode()).hexdigest()
