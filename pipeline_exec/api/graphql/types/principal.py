"""Principals: who asks, and who made and changed a thing."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, Self

import strawberry

from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.model.principal import Audit, PrincipalType


@strawberry.type
class Principal(Mirror):
    """A user or a sub-organisation."""

    id: strawberry.ID
    name: str
    identifier: str
    type: PrincipalType


class Remembered(Protocol):
    """A noun with an audit."""

    @property
    def audit(self) -> Audit:
        """Who made it and who changed it."""


@strawberry.interface
class Audited(Mirror):
    """Something of which is known who made it and who changed it last."""

    id: strawberry.ID
    created_at: datetime
    created_by: Principal
    updated_at: datetime
    updated_by: Principal

    @classmethod
    def audited(cls, noun: Remembered, **own: object) -> Self:
        """As ``mirror``, with the attributes of the noun's audit."""
        audit = noun.audit
        return cls.mirror(
            noun,
            created_at=audit.created_at,
            created_by=Principal.of(audit.created_by),
            updated_at=audit.updated_at,
            updated_by=Principal.of(audit.updated_by),
            **own,
        )
