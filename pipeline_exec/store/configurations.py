"""Configurations in the database: every one there ever was."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, insert, select

from pipeline_exec.errors import NotFound
from pipeline_exec.model.identity import ConfigurationId, PipelineId
from pipeline_exec.model.pipeline import PipelineConfiguration, StoredConfiguration
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.store.audit import Audited, audit_values
from pipeline_exec.store.tables import configurations

AUDITED = Audited(configurations)

_ALL = select(configurations, *AUDITED.columns).select_from(AUDITED.joined())


class Configurations:
    """The rows of ``configurations``; none is ever changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, configuration_id: ConfigurationId) -> StoredConfiguration:
        """Raises NotFound."""
        rows = self._connection.execute(_ALL.where(configurations.c.id == configuration_id)).mappings()
        found = rows.one_or_none()
        if found is None:
            raise NotFound(f"There is no configuration {configuration_id!r}.")
        return configuration_of(found)

    def of(self, pipeline_id: PipelineId) -> Sequence[StoredConfiguration]:
        """All of a pipeline, newest first."""
        of_pipeline = _ALL.where(configurations.c.pipeline_id == pipeline_id)
        newest_first = of_pipeline.order_by(configurations.c.created_at.desc(), configurations.c.id.desc())
        return [configuration_of(row) for row in self._connection.execute(newest_first).mappings()]

    def add(self, configuration: StoredConfiguration) -> None:
        """Remember a new one."""
        values = {
            "id": configuration.id,
            "pipeline_id": configuration.pipeline_id,
            "document": configuration.document.to_json(),
            "target_model": configuration.target_model.to_json(),
            **audit_values(configuration.audit),
        }
        self._connection.execute(insert(configurations), values)

    def ensure(self, configuration: StoredConfiguration) -> None:
        """Remember it if it is new."""
        known = select(configurations.c.id).where(configurations.c.id == configuration.id)
        if self._connection.scalar(known) is None:
            self.add(configuration)


def configuration_of(row: RowMapping) -> StoredConfiguration:
    """The configuration in a selected row."""
    return StoredConfiguration(
        id=ConfigurationId(row[configurations.c.id]),
        pipeline_id=PipelineId(row[configurations.c.pipeline_id]),
        document=PipelineConfiguration.model_validate(row[configurations.c.document]),
        target_model=TargetModelDocument.model_validate(row[configurations.c.target_model]),
        audit=AUDITED.read(row),
    )
