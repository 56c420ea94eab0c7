"""Pipelines and their configurations as answers show them."""

from __future__ import annotations

from typing import Self

from pipeline_exec.api.views.audit import PrincipalView, audited
from pipeline_exec.api.views.view import Moment, View
from pipeline_exec.model.pipeline import Pipeline, PipelineConfiguration, StoredConfiguration


class ConfigurationView(PipelineConfiguration):
    """A configuration, with the id that executions and their logs name."""

    id: str

    @classmethod
    def of(cls, configuration: StoredConfiguration) -> Self:
        """Of a configuration."""
        return cls(id=configuration.id, **_attributes(configuration))


class PastConfigurationView(ConfigurationView):
    """A configuration of a pipeline's history, with who made it when."""

    created_at: Moment
    created_by: PrincipalView
    updated_at: Moment
    updated_by: PrincipalView

    @classmethod
    def of(cls, configuration: StoredConfiguration) -> Self:
        """Of a configuration."""
        return cls(id=configuration.id, **_attributes(configuration), **audited(configuration.audit))


class PipelineView(View):
    """A pipeline."""

    id: str
    name: str
    slug: str
    """The name of its job, its sensor and its schedule in Dagster."""
    active: bool
    configuration: ConfigurationView
    created_at: Moment
    created_by: PrincipalView
    updated_at: Moment
    updated_by: PrincipalView

    @classmethod
    def of(cls, pipeline: Pipeline) -> Self:
        """Of a pipeline."""
        return cls(
            id=pipeline.id,
            name=pipeline.name,
            slug=pipeline.slug,
            active=pipeline.active,
            configuration=ConfigurationView.of(pipeline.configuration),
            **audited(pipeline.audit),
        )


def _attributes(configuration: StoredConfiguration) -> dict[str, object]:
    return {name: getattr(configuration.document, name) for name in PipelineConfiguration.model_fields}
