"""Target data models in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from pipeline_exec import ports
from pipeline_exec.model.identity import TargetModelId
from pipeline_exec.model.principal import Audit
from pipeline_exec.model.target_model import TargetModel, TargetModelDocument
from pipeline_exec.store.audit import Audited
from pipeline_exec.store.named_documents import NamedDocuments
from pipeline_exec.store.tables import pipelines, target_models


class TargetModels(NamedDocuments[TargetModelId, TargetModel], ports.TargetModels):
    """The rows of ``target_models``."""

    table = target_models
    audited = Audited(target_models)
    document_type = TargetModelDocument
    noun = "target data model"

    def _made(self, thing_id: str, document: Mapping[str, object], audit: Audit) -> TargetModel:
        return TargetModel(
            id=TargetModelId(thing_id), document=TargetModelDocument.model_validate(document), audit=audit
        )

    def _users(self, thing_id: str) -> Sequence[str]:
        names = select(pipelines.c.name).where(pipelines.c.target_model_id == thing_id).order_by(pipelines.c.name)
        return [f"the pipeline {name!r}" for name in self._connection.scalars(names)]
