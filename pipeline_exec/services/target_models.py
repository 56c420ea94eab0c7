"""Target data models: made, changed, and carried into the configurations that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline_exec.dataplane.checking import check_target
from pipeline_exec.model.identity import ConfigurationId, TargetModelId, new_id
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.principal import Audit, Principal
from pipeline_exec.model.query import Page, Query
from pipeline_exec.model.target_model import TargetModel, TargetModelDocument
from pipeline_exec.ports import Clock, Engine, Store
from pipeline_exec.services.webhooks import resolved


@dataclass(frozen=True)
class TargetModelService:
    """What can be done with target data models."""

    store: Store
    engine: Engine
    clock: Clock

    def create(self, document: TargetModelDocument, caller: Principal) -> TargetModel:
        """Make a target data model.

        Raises:
            InvalidDocument: a column type or validation is unknown or its arguments are wrong.
            Conflict: the name is taken.
        """
        check_target(document.columns)
        with self.store.writing() as tx:
            document = resolved(tx, document)
            model = TargetModel(id=TargetModelId(new_id()), document=document, audit=Audit.new(caller, self.clock()))
            tx.target_models.add(model)
        return model

    def update(self, model_id: TargetModelId, document: TargetModelDocument, caller: Principal) -> TargetModel:
        """Replace a target data model; every pipeline that uses it gets a new configuration.

        Executions already launched keep the model they were launched with.

        Raises:
            NotFound: there is no such model.
            InvalidDocument: as in ``create``.
            Conflict: the name is taken.
        """
        check_target(document.columns)
        with self.store.writing() as tx:
            document = resolved(tx, document)
            before = tx.target_models.get(model_id)
            after = replace(before, document=document, audit=before.audit.touched(caller, self.clock()))
            tx.target_models.save(after)
            using = tx.pipelines.using_model(model_id)
            changed = [pipeline for pipeline in using if pipeline.configuration.target_model != document]
            for pipeline in changed:
                tx.pipelines.save(self._reconfigured(pipeline, document, caller))
        if changed:
            self.engine.refresh()
        return after

    def get(self, model_id: TargetModelId) -> TargetModel:
        """Raises NotFound."""
        with self.store.reading() as tx:
            return tx.target_models.get(model_id)

    def many(self, model_ids: Iterable[TargetModelId]) -> Mapping[TargetModelId, TargetModel]:
        """Those of the ids that exist."""
        with self.store.reading() as tx:
            return tx.target_models.many(model_ids)

    def find(self, query: Query) -> Page[TargetModel]:
        """Raises InvalidDocument for an attribute that cannot be asked."""
        with self.store.reading() as tx:
            return tx.target_models.find(query)

    def delete(self, model_id: TargetModelId) -> None:
        """Raises NotFound, and Conflict naming the pipelines that use it."""
        with self.store.writing() as tx:
            tx.target_models.delete(model_id)

    def _reconfigured(self, pipeline: Pipeline, model: TargetModelDocument, caller: Principal) -> Pipeline:
        now = self.clock()
        configuration = replace(
            pipeline.configuration,
            id=ConfigurationId(new_id()),
            target_model=model,
            audit=Audit.new(caller, now),
        )
        return replace(pipeline, configuration=configuration, audit=pipeline.audit.touched(caller, now))
