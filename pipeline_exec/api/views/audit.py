"""Who made a thing and who changed it last, as answers show it."""

from __future__ import annotations

from typing import Self, TypedDict

from pipeline_exec.api.views.view import Moment, View
from pipeline_exec.model.principal import Audit, Principal, PrincipalType


class PrincipalView(View):
    """A user or a sub-organisation."""

    id: str
    name: str
    identifier: str
    type: PrincipalType

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Of a caller."""
        return cls(id=principal.id, name=principal.name, identifier=principal.identifier, type=principal.type)


class Audited(TypedDict):
    """The attributes that every view of an audited noun ends with."""

    created_at: Moment
    created_by: PrincipalView
    updated_at: Moment
    updated_by: PrincipalView


def audited(audit: Audit) -> Audited:
    """An audit as these attributes."""
    return {
        "created_at": audit.created_at,
        "created_by": PrincipalView.of(audit.created_by),
        "updated_at": audit.updated_at,
        "updated_by": PrincipalView.of(audit.updated_by),
    }
