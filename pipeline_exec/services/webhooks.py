"""Webhooks: services of the customer's that are asked about rows while these are checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from pipeline_exec.dataplane.problems import Problems
from pipeline_exec.model.connector import Direction, NodeType
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.ports import Answerer, Conversation, Transaction
from pipeline_exec.services.connectors import OpenedConnector


@dataclass
class WebhookJudges:
    """Whom an attempt's validations ask; to be closed. Nobody is reached before the first question."""

    connectors: Mapping[str, OpenedConnector]
    token: str
    """Begins the key of each question, which makes asking it twice harmless."""
    _open: ExitStack = field(default_factory=ExitStack)

    def __call__(self, connector_id: str) -> WebhookJudge:
        """The one behind this connector."""
        port = self.connectors[connector_id].port
        if not isinstance(port, Answerer):
            raise TypeError(f"{self.connectors[connector_id].kind.node_type} answers no questions")
        return WebhookJudge(self._open.enter_context(port.conversation()), self.token)

    def close(self) -> None:
        """End all conversations."""
        self._open.close()


@dataclass(frozen=True)
class WebhookJudge:
    """A service that is asked. A question has the same key whenever it is asked within an execution."""

    conversation: Conversation
    token: str

    @property
    def host(self) -> str:
        return self.conversation.host

    def ask(self, question: bytes) -> bytes:
        return self.conversation.ask(question, f"{self.token}-{hashlib.sha256(question).hexdigest()[:24]}")


def resolved(tx: Transaction, document: TargetModelDocument) -> TargetModelDocument:
    """The document with the ids of the connectors its validations ask, which it may name by id or by name.

    Raises:
        InvalidDocument: one is not there, or cannot be asked.
    """
    problems = Problems()

    def id_of(name: str, at: str) -> str:
        found = tx.connectors.many([ConnectorId(name)]).get(ConnectorId(name)) or tx.connectors.named(name)
        if found is None:
            problems.add(at, f"there is no connector {name!r}")
            return name
        if (found.document.type, found.document.node_type) != (Direction.OUTPUT, NodeType.HTTP):
            problems.add(at, f"connector {found.document.name!r} is no OUTPUT connector of type HTTP")
        return found.id

    with_ids = document.with_connectors(id_of)
    problems.refuse("The target data model")
    return with_ids
