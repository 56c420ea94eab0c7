"""Connectors as answers show them, every secret masked."""

from __future__ import annotations

from typing import Self

from pipeline_exec.api.views.audit import PrincipalView, audited
from pipeline_exec.api.views.execution import ErrorView
from pipeline_exec.api.views.view import Moment, View
from pipeline_exec.model.connector import Connector, ConnectorTrigger, Direction, NodeType, Permissions
from pipeline_exec.model.execution import Failure
from pipeline_exec.services.sealing import masked


class ConnectorView(View):
    """A connector."""

    id: str
    name: str
    type: Direction
    node_type: NodeType
    trigger_type: ConnectorTrigger | None
    """Null for outputs."""
    configuration: dict[str, object]
    """What was set, with ``"********"`` in place of each secret."""
    permissions: Permissions
    created_at: Moment
    created_by: PrincipalView
    updated_at: Moment
    updated_by: PrincipalView

    @classmethod
    def of(cls, connector: Connector) -> Self:
        """Of a connector."""
        document = connector.document
        return cls(
            id=connector.id,
            name=document.name,
            type=document.type,
            node_type=document.node_type,
            trigger_type=document.trigger_type,
            configuration=masked(document.configuration),
            permissions=document.permissions,
            **audited(connector.audit),
        )


class ConnectionView(View):
    """Whether a connector can be reached and used."""

    success: bool
    error: ErrorView | None

    @classmethod
    def of(cls, failure: Failure | None) -> Self:
        """Of a test that failed, or did not."""
        return cls(success=failure is None, error=ErrorView.of(failure) if failure else None)
