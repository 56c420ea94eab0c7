"""Kinds of documents: how each is read from a declaration, tried out, compared with what is there, and saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from pipeline_exec.dataplane.checking import check_target
from pipeline_exec.model.connector import Connector, ConnectorDocument
from pipeline_exec.model.document import Document
from pipeline_exec.model.identity import ConnectorId, PipelineId, TargetModelId, new_id
from pipeline_exec.model.pipeline import Pipeline, PipelineDocument
from pipeline_exec.model.principal import Audit, Principal
from pipeline_exec.model.target_model import TargetModel, TargetModelDocument
from pipeline_exec.ports import Transaction
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.documents.declaration import Body
from pipeline_exec.services.documents.references import References
from pipeline_exec.services.pipelines import PipelineService
from pipeline_exec.services.target_models import TargetModelService
from pipeline_exec.services.webhooks import resolved

D = TypeVar("D", bound=Document)
T = TypeVar("T")


class DocumentKind(Protocol[D, T]):
    """What applying documents of one kind takes."""

    def parse(self, body: Body, references: References, /) -> D:
        """The document, with ids in place of names.

        Raises:
            InvalidDocument: an attribute is wrong, or a name leads nowhere.
        """

    def rehearse(self, tx: Transaction, document: D, caller: Principal, /) -> None:
        """Check the document against all rules; later documents of the rehearsal may refer to it.

        Raises:
            InvalidDocument: it breaks one.
        """

    def named(self, tx: Transaction, name: str) -> T | None:
        """What is stored under this name."""

    def is_same(self, stored: T, document: D) -> bool:
        """Whether updating would change nothing."""

    def create(self, document: D, caller: Principal) -> None: ...
    def update(self, stored: T, document: D, caller: Principal) -> None: ...


@dataclass(frozen=True)
class ConnectorDocuments:
    """Connectors."""

    service: ConnectorService

    def parse(self, body: Body, _: References) -> ConnectorDocument:
        return ConnectorDocument.parse(dict(body))

    def rehearse(self, tx: Transaction, document: ConnectorDocument, caller: Principal) -> None:
        self.service.sealed(document)
        # Not even a transaction that is rolled back may write a secret down: databases keep logs.
        bare = document.model_copy(update={"configuration": {}})
        stored = self.named(tx, document.name)
        if stored is not None:
            tx.connectors.save(replace(stored, document=bare))
        else:
            audit = Audit.new(caller, self.service.clock())
            tx.connectors.add(Connector(id=ConnectorId(new_id()), document=bare, audit=audit))

    def named(self, tx: Transaction, name: str) -> Connector | None:
        return tx.connectors.named(name)

    def is_same(self, stored: Connector, document: ConnectorDocument) -> bool:
        return self._plain(stored.document) == self._plain(self.service.sealed(document))

    def create(self, document: ConnectorDocument, caller: Principal) -> None:
        self.service.create(document, caller)

    def update(self, stored: Connector, document: ConnectorDocument, caller: Principal) -> None:
        self.service.update(stored.id, document, caller)

    def _plain(self, sealed: ConnectorDocument) -> ConnectorDocument:
        return sealed.model_copy(update={"configuration": self.service.sealing.unsealed(sealed.configuration)})


@dataclass(frozen=True)
class TargetModelDocuments:
    """Target data models; their validations name the connectors they ask."""

    service: TargetModelService

    def parse(self, body: Body, references: References) -> TargetModelDocument:
        document = TargetModelDocument.parse(dict(body)).with_connectors(references.connector)
        references.refuse("The target data model")
        return document

    def rehearse(self, tx: Transaction, document: TargetModelDocument, caller: Principal) -> None:
        check_target(document.columns)
        document = resolved(tx, document)
        stored = self.named(tx, document.name)
        if stored is not None:
            tx.target_models.save(replace(stored, document=document))
        else:
            audit = Audit.new(caller, self.service.clock())
            tx.target_models.add(TargetModel(id=TargetModelId(new_id()), document=document, audit=audit))

    def named(self, tx: Transaction, name: str) -> TargetModel | None:
        return tx.target_models.named(name)

    def is_same(self, stored: TargetModel, document: TargetModelDocument) -> bool:
        return stored.document == document

    def create(self, document: TargetModelDocument, caller: Principal) -> None:
        self.service.create(document, caller)

    def update(self, stored: TargetModel, document: TargetModelDocument, caller: Principal) -> None:
        self.service.update(stored.id, document, caller)


@dataclass(frozen=True)
class PipelineDocuments:
    """Pipelines; they name their connectors and their target data model."""

    service: PipelineService

    def parse(self, body: Body, references: References) -> PipelineDocument:
        raw = dict(body)
        if isinstance(body.get("configuration"), Mapping):
            raw["configuration"] = _with_ids(body["configuration"], references)  # type: ignore[arg-type]  # just checked
        document = _with_lookups(PipelineDocument.parse(raw), references)
        references.refuse("The pipeline")
        return document

    def rehearse(self, tx: Transaction, document: PipelineDocument, caller: Principal) -> None:
        self.service.configure(tx, PipelineId(new_id()), document.configuration, caller)

    def named(self, tx: Transaction, name: str) -> Pipeline | None:
        return tx.pipelines.named(name)

    def is_same(self, stored: Pipeline, document: PipelineDocument) -> bool:
        configuration = stored.configuration.document
        return document == PipelineDocument(name=stored.name, active=stored.active, configuration=configuration)

    def create(self, document: PipelineDocument, caller: Principal) -> None:
        self.service.create(document, caller)

    def update(self, stored: Pipeline, document: PipelineDocument, caller: Principal) -> None:
        self.service.update(stored.id, document, caller)


def _with_ids(configuration: Body, references: References) -> dict[str, object]:
    raw = dict(configuration)
    for attribute in ("input_connectors", "output_connectors"):
        names = raw.get(attribute)
        if isinstance(names, list):
            raw[attribute] = [
                references.connector(name, f"configuration.{attribute}.{index}") for index, name in enumerate(names)
            ]
    if isinstance(raw.get("tdm"), str):
        raw["tdm"] = references.target_model(raw["tdm"], "configuration.tdm")
    return raw


def _with_lookups(document: PipelineDocument, references: References) -> PipelineDocument:
    def connector(name: str, at: str) -> str:
        return references.connector(name, f"configuration.mapping_config.{at}")

    mappings = document.configuration.mapping_config.with_connectors(connector)
    configuration = document.configuration.model_copy(update={"mapping_config": mappings})
    return document.model_copy(update={"configuration": configuration})
