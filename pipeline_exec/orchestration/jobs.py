"""Jobs: one for each pipeline and each wrapper, all of the same four ops; only their configuration differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dagster import (
    Field,
    InitResourceContext,
    IOManagerDefinition,
    JobDefinition,
    LoggerDefinition,
    Noneable,
    ResourceDefinition,
    colored_console_logger,
    in_process_executor,
)

from pipeline_exec.model.execution import Execution
from pipeline_exec.model.identity import ConfigurationId, PipelineId, WrapperId
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.wrapper import Wrapper
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.io_manager import StagingIOManager
from pipeline_exec.orchestration.ops import ATTEMPT, STAGING, execute
from pipeline_exec.orchestration.runs import JobSubject, RunAttempt
from pipeline_exec.services.layer import ServiceLayer

LayerFactory = Callable[[], ServiceLayer]
"""Builds the service layer of this process when it is first needed; nothing is read before."""

_SUBJECT = {
    name: Field(Noneable(str), is_required=False, default_value=None, description=description)
    for name, description in (
        ("pipeline_id", "The pipeline to execute."),
        ("configuration_id", "The configuration the run is pinned to."),
        ("wrapper_id", "The wrapper to execute."),
    )
}

_CONSOLE = "console"

#: Events are in the event log already; on a console they would be noise to a worker, and stack traces to whoever
#: executes a pipeline in the foreground.
_LOGGERS: dict[str, LoggerDefinition] = {
    _CONSOLE: colored_console_logger.configured({"log_level": "CRITICAL"}, config_schema=None)
}


@dataclass(frozen=True)
class JobFactory:
    """Makes jobs whose runs work through one service layer."""

    layer: LayerFactory

    def for_pipeline(self, pipeline: Pipeline) -> JobDefinition:
        """The job of a pipeline; with nothing typed in the Launchpad it executes the current configuration."""
        subject = {"pipeline_id": pipeline.id, "configuration_id": pipeline.configuration.id}
        return self._job(pipeline.slug, f"Pipeline {pipeline.name}", subject, {tags.PIPELINE: pipeline.id})

    def for_wrapper(self, job: str, wrapper: Wrapper) -> JobDefinition:
        """The job of a wrapper."""
        description = f"Wrapper {wrapper.document.name}"
        return self._job(job, description, {"wrapper_id": wrapper.id}, {tags.WRAPPER: wrapper.id})

    def _job(self, name: str, description: str, subject: dict[str, str], job_tags: dict[str, str]) -> JobDefinition:
        attempt = ResourceDefinition(self._attempt, config_schema=_SUBJECT)
        staging = IOManagerDefinition(_staging, required_resource_keys={ATTEMPT})
        return execute.to_job(
            name=name,
            description=description,
            resource_defs={ATTEMPT: attempt, STAGING: staging},
            executor_def=in_process_executor,
            logger_defs=_LOGGERS,
            config=_config(subject),
            tags=job_tags,
        )

    def _attempt(self, context: InitResourceContext) -> RunAttempt:
        if context.run is None:
            raise TypeError("the attempt of a run is known within a run only")
        config = context.resource_config
        subject = JobSubject(
            pipeline_id=PipelineId(config["pipeline_id"]) if config["pipeline_id"] else None,
            configuration_id=ConfigurationId(config["configuration_id"]) if config["configuration_id"] else None,
            wrapper_id=WrapperId(config["wrapper_id"]) if config["wrapper_id"] else None,
        )
        return RunAttempt(self.layer(), context.run, subject)


def run_config_of(execution: Execution) -> dict[str, object]:
    """The configuration of the run of an execution's latest attempt: an edit never changes a run already launched."""
    subject = {
        "pipeline_id": execution.pipeline_id,
        "configuration_id": execution.log.configuration_id,
        "wrapper_id": execution.wrapper_id,
    }
    return _config({name: value for name, value in subject.items() if value})


def _config(subject: dict[str, str]) -> dict[str, object]:
    # Dagster uses the loggers of a job only where its configuration names them, and else one that tells everything.
    return {"resources": {ATTEMPT: {"config": subject}}, "loggers": {_CONSOLE: {}}}


def _staging(context: InitResourceContext) -> StagingIOManager:
    return StagingIOManager(getattr(context.resources, ATTEMPT))
