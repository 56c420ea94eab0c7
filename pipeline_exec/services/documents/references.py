"""References: names in documents, and the ids they stand for."""

from __future__ import annotations

from collections.abc import Collection

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.identity import new_id
from pipeline_exec.ports import Transaction
from pipeline_exec.services.documents.declaration import Kind


class References:
    """Turns the names in one document into ids, and notes the names of what is not there."""

    def __init__(self, tx: Transaction, declared: Collection[tuple[Kind, str]] = ()) -> None:
        """Look names up in the store; those declared are known to come, though they may not be there yet."""
        self._tx = tx
        self._declared = declared
        self._problems: list[FieldProblem] = []
        self.are_known = True
        """Whether every name led to an id."""

    def connector(self, name: object, at: str) -> str:
        """The id of a connector."""
        found = self._tx.connectors.named(str(name))
        return found.id if found else self._absent(Kind.CONNECTOR, name, at)

    def target_model(self, name: object, at: str) -> str:
        """The id of a target data model."""
        found = self._tx.target_models.named(str(name))
        return found.id if found else self._absent(Kind.TARGET_DATA_MODEL, name, at)

    def refuse(self, subject: str) -> None:
        """Raises InvalidDocument when a name leads nowhere."""
        if self._problems:
            raise InvalidDocument(f"{subject} refers to what is not there.", self._problems, "Declare it too.")

    def _absent(self, kind: Kind, name: object, at: str) -> str:
        self.are_known = False
        if (kind, name) not in self._declared:
            problem = f"there is no {kind} {name!r}, neither among these documents nor in the service"
            self._problems.append(FieldProblem(at, problem))
        return new_id()
