"""Pipelines: which data goes where, and what is done to it on the way."""

from __future__ import annotations

from typing import Self

import strawberry

from pipeline_exec.api.graphql.types.configuration import PipelineConfiguration
from pipeline_exec.api.graphql.types.principal import Audited
from pipeline_exec.model import pipeline as model


@strawberry.type
class Pipeline(Audited):
    """Which data goes where, and what is done to it on the way."""

    name: str
    slug: str
    """The name of its job, its sensor and its schedule in Dagster."""
    active: bool
    """Whether it can be executed."""
    configuration: PipelineConfiguration
    """The one new executions use."""

    @classmethod
    def of(cls, pipeline: model.Pipeline) -> Self:
        return cls.audited(pipeline, configuration=PipelineConfiguration.of(pipeline.configuration))
