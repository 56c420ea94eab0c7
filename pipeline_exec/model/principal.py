"""Who asks: users and sub-organisations, their keys, and what is written down of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline_exec.model.identity import PrincipalId


class PrincipalType(StrEnum):
    """What kind of caller it is."""

    USER = "USER"
    """A user of the organisation."""
    SUB_ORG = "SUB_ORG"
    """A sub-organisation that is part of the organisation."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A caller, as ``created_by`` and ``updated_by`` show it."""

    id: PrincipalId
    name: str
    identifier: str
    type: PrincipalType


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Who made a thing and who changed it last, and when (aware, UTC)."""

    created_at: datetime
    created_by: Principal
    updated_at: datetime
    updated_by: Principal

    @classmethod
    def new(cls, caller: Principal, at: datetime) -> Audit:
        """The audit of a thing just made."""
        return cls(created_at=at, created_by=caller, updated_at=at, updated_by=caller)

    def touched(self, caller: Principal, at: datetime) -> Audit:
        """The audit after a change."""
        return Audit(created_at=self.created_at, created_by=self.created_by, updated_at=at, updated_by=caller)


class CredentialKind(StrEnum):
    """What a token is for."""

    API_KEY = "API_KEY"
    """Lives until revoked; sent as a bearer token."""
    LOGIN = "LOGIN"
    """A one-time link for a browser; worth one session."""
    SESSION = "SESSION"
    """A browser's cookie."""


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A token as we remember it: never the token itself, only its SHA-256."""

    id: str
    kind: CredentialKind
    name: str
    principal: Principal
    token_hash: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Whether the token opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)
