"""Pipelines in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from pipeline_exec import ports
from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.connector import Direction
from pipeline_exec.model.execution import Status
from pipeline_exec.model.identity import ConfigurationId, ConnectorId, PipelineId, TargetModelId
from pipeline_exec.model.pipeline import Pipeline, PipelineConfiguration, StoredConfiguration
from pipeline_exec.model.query import Page, Query
from pipeline_exec.store.attributes import flag, text
from pipeline_exec.store.audit import Audited, audit_values
from pipeline_exec.store.configurations import AUDITED as AUDITED_CONFIGURATION
from pipeline_exec.store.configurations import Configurations, configuration_of
from pipeline_exec.store.document_attributes import DocumentAttributes
from pipeline_exec.store.json_sql import json_sql
from pipeline_exec.store.querying import Listing
from pipeline_exec.store.refusals import refusing
from pipeline_exec.store.tables import arrivals, configurations, executions, pipeline_connectors, pipelines

_AUDITED = Audited(pipelines)

_CONFIGURED = pipelines.join(configurations, configurations.c.id == pipelines.c.configuration_id)
#: Those that are not deleted, with their current configuration.
_PIPELINES = (
    select(pipelines, configurations, *_AUDITED.columns, *AUDITED_CONFIGURATION.columns)
    .select_from(AUDITED_CONFIGURATION.joined(_AUDITED.joined(_CONFIGURED)))
    .where(~pipelines.c.deleted)
)

#: In place of a direction: the connector is one in whose table values are looked up.
_LOOKED_UP = "LOOKUP"

_OWN = {
    "id": text(pipelines.c.id),
    "name": text(pipelines.c.name),
    "slug": text(pipelines.c.slug),
    "active": flag(pipelines.c.active),
    "configuration.id": text(pipelines.c.configuration_id),
    **_AUDITED.attributes,
}


class Pipelines(ports.Pipelines):
    """The rows of ``pipelines`` that are not deleted, and the configurations of all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._configurations = Configurations(connection)

    def add(self, pipeline: Pipeline) -> None:
        values = {"id": pipeline.id, "slug": pipeline.slug, **_values(pipeline)}
        with self._consistently(pipeline):
            self._connection.execute(insert(pipelines).values(values))
            self._configurations.add(pipeline.configuration)
            self._link(pipeline)

    def save(self, pipeline: Pipeline) -> None:
        with self._consistently(pipeline):
            statement = update(pipelines).where(_kept(pipeline.id)).values(_values(pipeline))
            if not self._connection.execute(statement).rowcount:
                raise _unknown(pipeline.id)
            self._configurations.ensure(pipeline.configuration)
            self._unlink(pipeline.id)
            self._link(pipeline)

    def get(self, pipeline_id: PipelineId) -> Pipeline:
        found = self._one(pipelines.c.id == pipeline_id)
        if found is None:
            raise _unknown(pipeline_id)
        return found

    def many(self, pipeline_ids: Iterable[PipelineId]) -> Mapping[PipelineId, Pipeline]:
        return {pipeline.id: pipeline for pipeline in self._all(pipelines.c.id.in_(list(pipeline_ids)))}

    def named(self, name: str) -> Pipeline | None:
        return self._one(pipelines.c.name == name)

    def by_slug(self, slug: str) -> Pipeline | None:
        return self._one(pipelines.c.slug == slug)

    def find(self, query: Query) -> Page[Pipeline]:
        attributes = DocumentAttributes(
            PipelineConfiguration,
            configurations.c.document,
            json_sql(self._connection),
            _OWN,
            prefix="configuration.",
        )
        return _LISTING.page(self._connection, query, attributes)

    def active(self) -> Sequence[Pipeline]:
        return self._all(pipelines.c.active)

    def fed_by(self, connector_id: ConnectorId) -> Sequence[Pipeline]:
        fed = select(pipeline_connectors.c.pipeline_id).where(
            pipeline_connectors.c.connector_id == connector_id, pipeline_connectors.c.direction == Direction.INPUT
        )
        return self._all(pipelines.c.active & pipelines.c.id.in_(fed))

    def using_model(self, model_id: TargetModelId) -> Sequence[Pipeline]:
        return self._all(pipelines.c.target_model_id == model_id)

    def configuration(self, configuration_id: ConfigurationId) -> StoredConfiguration:
        return self._configurations.get(configuration_id)

    def add_configuration(self, configuration: StoredConfiguration) -> None:
        self._configurations.add(configuration)

    def configurations(self, pipeline_id: PipelineId) -> Sequence[StoredConfiguration]:
        return self._configurations.of(pipeline_id)

    def delete(self, pipeline_id: PipelineId) -> None:
        with self._connection.begin_nested():
            # First, as whoever takes a file begins with it: no two wait for each other.
            self._connection.execute(delete(arrivals).where(arrivals.c.pipeline_id == pipeline_id))
            self._retire(pipeline_id)

    def _retire(self, pipeline_id: PipelineId) -> None:
        this = _kept(pipeline_id)
        # Locked before its executions are counted: one being added meanwhile waits, and finds no pipeline.
        name = self._connection.scalar(select(pipelines.c.name).where(this).with_for_update())
        if name is None:
            raise _unknown(pipeline_id)
        if self._is_processing(pipeline_id):
            raise Conflict(
                f"The pipeline {name!r} has an execution that is PROCESSING.", "Wait for its end, or cancel it."
            )
        self._unlink(pipeline_id)
        # The active flag goes too, so that no list of active pipelines has to know about deletion.
        gone = {"deleted": True, "active": False, "target_model_id": None}
        self._connection.execute(update(pipelines).where(this).values(gone))

    def _one(self, condition: ColumnElement[bool]) -> Pipeline | None:
        row = self._connection.execute(_PIPELINES.where(condition)).mappings().one_or_none()
        return None if row is None else _pipeline(row)

    def _all(self, condition: ColumnElement[bool]) -> Sequence[Pipeline]:
        rows = self._connection.execute(_PIPELINES.where(condition).order_by(pipelines.c.slug)).mappings()
        return [_pipeline(row) for row in rows]

    def _is_processing(self, pipeline_id: PipelineId) -> bool:
        one = select(executions.c.id).where(
            executions.c.pipeline_id == pipeline_id, executions.c.status == Status.PROCESSING
        )
        return self._connection.scalar(one.limit(1)) is not None

    def _link(self, pipeline: Pipeline) -> None:
        document = pipeline.configuration.document
        links: set[tuple[str, str]] = {(connector_id, Direction.INPUT) for connector_id in document.input_connectors}
        links |= {(connector_id, Direction.OUTPUT) for connector_id in document.output_connectors}
        links |= {(connector_id, _LOOKED_UP) for connector_id in document.mapping_config.connectors}
        rows = [
            {"pipeline_id": pipeline.id, "connector_id": connector_id, "direction": direction}
            for connector_id, direction in sorted(links)
        ]
        self._connection.execute(insert(pipeline_connectors), rows)

    def _unlink(self, pipeline_id: PipelineId) -> None:
        self._connection.execute(delete(pipeline_connectors).where(pipeline_connectors.c.pipeline_id == pipeline_id))

    def _consistently(self, pipeline: Pipeline) -> AbstractContextManager[None]:
        return refusing(
            self._connection, unique=lambda: self._taken(pipeline), reference=lambda: _refers_to_nothing(pipeline)
        )

    def _taken(self, pipeline: Pipeline) -> Conflict:
        other = self.named(pipeline.name) or self.by_slug(pipeline.slug)
        name = other.name if other else pipeline.name
        what = f"There is a pipeline named {name!r} already"
        if name != pipeline.name:
            what += f", whose job name {pipeline.slug!r} is the same"
        return Conflict(f"{what}.", "Choose another name.")


def _values(pipeline: Pipeline) -> dict[str, object]:
    return {
        "name": pipeline.name,
        "active": pipeline.active,
        "configuration_id": pipeline.configuration.id,
        "target_model_id": pipeline.configuration.document.tdm,
        **audit_values(pipeline.audit),
    }


def _pipeline(row: RowMapping) -> Pipeline:
    return Pipeline(
        id=PipelineId(row[pipelines.c.id]),
        name=row[pipelines.c.name],
        slug=row[pipelines.c.slug],
        active=row[pipelines.c.active],
        configuration=configuration_of(row),
        audit=_AUDITED.read(row),
    )


def _kept(pipeline_id: PipelineId) -> ColumnElement[bool]:
    return (pipelines.c.id == pipeline_id) & ~pipelines.c.deleted


def _refers_to_nothing(pipeline: Pipeline) -> Conflict:
    return Conflict(
        f"The pipeline {pipeline.name!r} uses a connector or a target data model that is not there (any more).",
        "Look at both again.",
    )


def _unknown(pipeline_id: PipelineId) -> NotFound:
    return NotFound(f"There is no pipeline {pipeline_id!r}.")


_LISTING = Listing(_PIPELINES, select(pipelines.c.id).select_from(_CONFIGURED).where(~pipelines.c.deleted), _pipeline)
