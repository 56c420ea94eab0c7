"""Target data models as answers show them."""

from __future__ import annotations

from typing import Self

from pipeline_exec.api.views.audit import PrincipalView, audited
from pipeline_exec.api.views.view import Moment, View
from pipeline_exec.model.connector import Permissions
from pipeline_exec.model.target_model import TargetColumn, TargetModel


class TargetModelView(View):
    """A target data model."""

    id: str
    name: str
    columns: tuple[TargetColumn, ...]
    permissions: Permissions
    created_at: Moment
    created_by: PrincipalView
    updated_at: Moment
    updated_by: PrincipalView

    @classmethod
    def of(cls, model: TargetModel) -> Self:
        """Of a target data model."""
        document = model.document
        return cls(
            id=model.id,
            name=document.name,
            columns=document.columns,
            permissions=document.permissions,
            **audited(model.audit),
        )
