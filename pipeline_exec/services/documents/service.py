"""Applying documents: everything is rehearsed in a transaction that is rolled back before anything is changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline_exec.dataplane.problems import unknown
from pipeline_exec.errors import FieldProblem, InvalidDocument, RequestRefused
from pipeline_exec.model.pipeline import PipelineConfiguration
from pipeline_exec.model.principal import Principal
from pipeline_exec.ports import Store, Transaction
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.documents.declaration import Declaration, Kind, refusal
from pipeline_exec.services.documents.kinds import (
    ConnectorDocuments,
    DocumentKind,
    PipelineDocuments,
    TargetModelDocuments,
)
from pipeline_exec.services.documents.references import References
from pipeline_exec.services.documents.wrappers import WrapperDocuments
from pipeline_exec.services.pipelines import PipelineService
from pipeline_exec.services.target_models import TargetModelService
from pipeline_exec.services.wrappers import WrapperService


class Change(StrEnum):
    """What applying a document meant."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Applied:
    """A document that is in force."""

    kind: Kind
    name: str
    change: Change


class _RehearsalOver(Exception):
    """Ends the rehearsal, so that its transaction is rolled back."""


class DocumentService:
    """Makes a deployment what documents say it is."""

    def __init__(
        self,
        connectors: ConnectorService,
        target_models: TargetModelService,
        pipelines: PipelineService,
        wrappers: WrapperService,
    ) -> None:
        self._store: Store = connectors.store
        # In the order in which they are applied: what is referred to comes first.
        self._kinds: dict[Kind, DocumentKind[Any, Any]] = {
            Kind.CONNECTOR: ConnectorDocuments(connectors),
            Kind.TARGET_DATA_MODEL: TargetModelDocuments(target_models),
            Kind.PIPELINE: PipelineDocuments(pipelines),
            Kind.WRAPPER: WrapperDocuments(wrappers),
        }

    def apply(self, declarations: Sequence[Declaration], caller: Principal) -> Iterator[Applied]:
        """Create what is not there, update what differs, leave the rest alone; one after the other as iterated.

        Applied again, the same documents change nothing. Nothing is ever deleted.

        Raises:
            InvalidDocument: before anything is changed; each problem names the file, the line and the field.
            RequestRefused: somebody else changed what a document depends on meanwhile; the documents answered so far
                are applied.
        """
        problems = [*_unreadable(declarations), *self._rehearsed(declarations, caller)]
        if problems:
            raise refusal(problems)
        return self._applied(declarations, caller)

    def _applied(self, declarations: Sequence[Declaration], caller: Principal) -> Iterator[Applied]:
        for kind, shelf in self._kinds.items():
            for declaration in _of(kind, declarations):
                with self._store.reading() as tx:
                    document = shelf.parse(declaration.body, References(tx))
                    stored = shelf.named(tx, declaration.name)
                if stored is None:
                    shelf.create(document, caller)
                    change = Change.CREATED
                elif shelf.is_same(stored, document):
                    change = Change.UNCHANGED
                else:
                    shelf.update(stored, document, caller)
                    change = Change.UPDATED
                yield Applied(kind, declaration.name, change)

    def _rehearsed(self, declarations: Sequence[Declaration], caller: Principal) -> list[FieldProblem]:
        problems: list[FieldProblem] = []
        declared = {(kind, declaration.name) for kind in Kind for declaration in _of(kind, declarations)}
        with contextlib.suppress(_RehearsalOver), self._store.writing() as tx:
            for kind, shelf in self._kinds.items():
                for declaration in _of(kind, declarations):
                    problems += _problems_of(shelf, declaration, tx, References(tx, declared), caller)
            raise _RehearsalOver
        return problems


def _of(kind: Kind, declarations: Sequence[Declaration]) -> list[Declaration]:
    return [declaration for declaration in declarations if declaration.kind == kind]


def _unreadable(declarations: Sequence[Declaration]) -> Iterator[FieldProblem]:
    """Documents of no known kind, and documents declared twice."""
    first: dict[tuple[str, str], Declaration] = {}
    for declaration in declarations:
        if declaration.kind not in list(Kind):
            yield _located(declaration, FieldProblem("kind", unknown("kind of document", declaration.kind, Kind)))
        earlier = first.setdefault((declaration.kind, declaration.name), declaration)
        if earlier is not declaration:
            yield _located(
                declaration, FieldProblem("name", f"is declared twice, first in {earlier.origin.of('name')}")
            )


def _problems_of(
    shelf: DocumentKind[Any, Any],
    declaration: Declaration,
    tx: Transaction,
    references: References,
    caller: Principal,
) -> list[FieldProblem]:
    try:
        document = shelf.parse(declaration.body, references)
        if references.are_known:
            shelf.rehearse(tx, document, caller)
    except InvalidDocument as error:
        found = error.problems or (FieldProblem("", error.message),)
        return [_located(declaration, problem) for problem in found]
    except RequestRefused as error:
        return [_located(declaration, FieldProblem("", error.message))]
    return []


def _located(declaration: Declaration, problem: FieldProblem) -> FieldProblem:
    """The problem with the place in the file before its field."""
    field = problem.field
    if declaration.kind == Kind.PIPELINE and field.split(".")[0] in PipelineConfiguration.model_fields:
        # Some rules name fields from the configuration on.
        field = f"configuration.{field}"
    subject = f"{declaration.kind} {declaration.name!r}"
    named = f"{subject}, {field}" if field else subject
    return FieldProblem(f"{declaration.origin.of(field)}: {named}", problem.message)
