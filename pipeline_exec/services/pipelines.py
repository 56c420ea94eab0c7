"""Pipelines: made, changed and retired; every change is a new configuration and reaches the engine at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline_exec.dataplane.mapping import check_mapping
from pipeline_exec.dataplane.problems import Problems
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.connector import Connector, ConnectorTrigger, Direction
from pipeline_exec.model.identity import ConfigurationId, PipelineId, new_id
from pipeline_exec.model.pipeline import Pipeline, PipelineConfiguration, PipelineDocument, StoredConfiguration, slug_of
from pipeline_exec.model.principal import Audit, Principal
from pipeline_exec.model.query import Page, Query
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.ports import Clock, ConnectorKinds, Engine, Formats, Store, Transaction
from pipeline_exec.services.lookups import check_lookups


@dataclass(frozen=True)
class PipelineService:
    """What can be done with pipelines."""

    store: Store
    kinds: ConnectorKinds
    formats: Formats
    engine: Engine
    clock: Clock

    def create(self, document: PipelineDocument, caller: Principal) -> Pipeline:
        """Make a pipeline; when this returns it can be executed and the engine knows its sensor or schedule.

        Raises:
            InvalidDocument: a reference leads nowhere, or the configuration contradicts itself.
            Conflict: the name is taken.
        """
        with self.store.writing() as tx:
            pipeline_id = PipelineId(new_id())
            configuration = self.configure(tx, pipeline_id, document.configuration, caller)
            pipeline = Pipeline(
                id=pipeline_id,
                name=document.name,
                slug=_free_slug(tx, document.name),
                active=document.active,
                configuration=configuration,
                audit=configuration.audit,
            )
            tx.pipelines.add(pipeline)
        self.engine.refresh()
        return pipeline

    def update(self, pipeline_id: PipelineId, document: PipelineDocument, caller: Principal) -> Pipeline:
        """Replace a pipeline's document; its job keeps its name, so that links and history stay.

        A configuration that is the same as before stays the same configuration.

        Raises:
            NotFound: there is no such pipeline.
            InvalidDocument: as in ``create``.
            Conflict: the name is taken.
        """
        with self.store.writing() as tx:
            before = tx.pipelines.get(pipeline_id)
            configuration = before.configuration
            if document.configuration != configuration.document:
                configuration = self.configure(tx, pipeline_id, document.configuration, caller)
            after = replace(
                before,
                name=document.name,
                active=document.active,
                configuration=configuration,
                audit=before.audit.touched(caller, self.clock()),
            )
            tx.pipelines.save(after)
        self.engine.refresh()
        return after

    def get(self, pipeline_id: PipelineId) -> Pipeline:
        """Raises NotFound."""
        with self.store.reading() as tx:
            return tx.pipelines.get(pipeline_id)

    def many(self, pipeline_ids: Iterable[PipelineId]) -> Mapping[PipelineId, Pipeline]:
        """Those of the ids that exist."""
        with self.store.reading() as tx:
            return tx.pipelines.many(pipeline_ids)

    def find(self, query: Query) -> Page[Pipeline]:
        """Raises InvalidDocument for an attribute that cannot be asked."""
        with self.store.reading() as tx:
            return tx.pipelines.find(query)

    def configurations(self, pipeline_id: PipelineId) -> Sequence[StoredConfiguration]:
        """Every configuration the pipeline ever had, newest first. Raises NotFound."""
        with self.store.reading() as tx:
            tx.pipelines.get(pipeline_id)
            return tx.pipelines.configurations(pipeline_id)

    def delete(self, pipeline_id: PipelineId) -> None:
        """Raises NotFound, and Conflict while an execution of it is PROCESSING."""
        with self.store.writing() as tx:
            tx.pipelines.delete(pipeline_id)
        self.engine.refresh()

    def configure(
        self, tx: Transaction, pipeline_id: PipelineId, document: PipelineConfiguration, caller: Principal
    ) -> StoredConfiguration:
        """A new configuration, checked as a whole, with the target data model as it is now; not saved yet.

        Raises:
            InvalidDocument: with the dotted path of every field that is wrong.
        """
        problems: list[FieldProblem] = []
        model = tx.target_models.many([document.tdm]).get(document.tdm)
        if model is None:
            problems.append(FieldProblem("configuration.tdm", f"there is no target data model {document.tdm!r}"))
        connectors = tx.connectors.many((*document.input_connectors, *document.output_connectors))
        for attribute, ids, direction in (
            ("input_connectors", document.input_connectors, Direction.INPUT),
            ("output_connectors", document.output_connectors, Direction.OUTPUT),
        ):
            for index, connector_id in enumerate(ids):
                if connector_id not in connectors:
                    problem = f"there is no connector {connector_id!r}"
                elif (found := connectors[connector_id].document).type is not direction:
                    problem = f"connector {found.name!r} is an {found.type} connector"
                else:
                    continue
                problems.append(FieldProblem(f"configuration.{attribute}.{index}", problem))
        lookups = Problems()
        check_lookups(tx, document.mapping_config, self.kinds, lookups)
        problems += [FieldProblem(f"configuration.mapping_config.{each.field}", each.message) for each in lookups.found]
        if problems or model is None:
            raise InvalidDocument("The pipeline refers to what is not there.", problems, "Create it first.")
        self._check(document, connectors[document.input_connectors[0]], model.document)
        return StoredConfiguration(
            id=ConfigurationId(new_id()),
            pipeline_id=pipeline_id,
            document=document,
            target_model=model.document,
            audit=Audit.new(caller, self.clock()),
        )

    def _check(self, document: PipelineConfiguration, source: Connector, model: TargetModelDocument) -> None:
        scheduled = document.schedule_config is not None
        if scheduled and source.document.trigger_type is not ConnectorTrigger.TIME_BASE:
            raise InvalidDocument(
                f"The pipeline has a schedule, but its input connector {source.document.name!r} is EVENT_BASE.",
                [FieldProblem("configuration.schedule_config", "needs a TIME_BASE input connector")],
                "Remove the schedule or use a TIME_BASE connector.",
            )
        problems = Problems()
        if document.read_options.format != "auto":
            with problems.collected("configuration.read_options.format"):
                self.formats.named(document.read_options.format)
        if document.output_options.file_extension is not None:
            with problems.collected("configuration.output_options.file_extension"):
                self.formats.written_as(document.output_options.file_extension)
        with problems.collected("configuration"):
            check_mapping(document.mapping_config, model.columns)
        problems.refuse("The pipeline")


def _free_slug(tx: Transaction, name: str) -> str:
    slug = wanted = slug_of(name)
    number = 2
    while tx.pipelines.by_slug(slug) is not None:
        slug, number = f"{wanted}_{number}", number + 1
    return slug
