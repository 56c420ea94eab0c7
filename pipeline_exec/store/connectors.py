"""Connectors in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from pipeline_exec import ports
from pipeline_exec.model.connector import Connector, ConnectorDocument
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.model.principal import Audit
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.store.audit import Audited
from pipeline_exec.store.named_documents import NamedDocuments
from pipeline_exec.store.tables import connectors, pipeline_connectors, pipelines, target_models, wrappers


class Connectors(NamedDocuments[ConnectorId, Connector], ports.Connectors):
    """The rows of ``connectors``."""

    table = connectors
    audited = Audited(connectors)
    document_type = ConnectorDocument
    noun = "connector"

    def _made(self, thing_id: str, document: Mapping[str, object], audit: Audit) -> Connector:
        return Connector(id=ConnectorId(thing_id), document=ConnectorDocument.model_validate(document), audit=audit)

    def delete(self, thing_id: ConnectorId) -> None:
        if self._models(thing_id):
            raise self._in_use(self.get(thing_id))
        super().delete(thing_id)

    def _users(self, thing_id: str) -> Sequence[str]:
        of_pipelines = (
            select(pipelines.c.name)
            .join(pipeline_connectors, pipeline_connectors.c.pipeline_id == pipelines.c.id)
            .where(pipeline_connectors.c.connector_id == thing_id)
            .order_by(pipelines.c.name)
            .distinct()
        )
        of_wrappers = select(wrappers.c.document).where(wrappers.c.connector_id == thing_id)
        return [
            *(f"the pipeline {name!r}" for name in self._connection.scalars(of_pipelines)),
            *(f"the wrapper {document['name']!r}" for document in self._connection.scalars(of_wrappers)),
            *(f"the target data model {model.name!r}" for model in self._models(thing_id)),
        ]

    def _models(self, thing_id: str) -> Sequence[TargetModelDocument]:
        """The target data models whose validations ask the connector."""
        of_models = select(target_models.c.document).order_by(target_models.c.name)
        models = map(TargetModelDocument.model_validate, self._connection.scalars(of_models))
        return [model for model in models if thing_id in model.connectors]
