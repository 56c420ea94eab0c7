"""Schedules: one for each TIME_BASE pipeline that has one; each file waiting at the moment it is due is one run."""

from __future__ import annotations

from collections.abc import Iterator

from dagster import DefaultScheduleStatus, RunRequest, ScheduleDefinition, ScheduleEvaluationContext, SkipReason

from pipeline_exec.model.identity import PipelineId
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.schedule import ScheduleConfig
from pipeline_exec.orchestration.jobs import LayerFactory
from pipeline_exec.orchestration.requests import run_requests


def schedule_name(pipeline: Pipeline) -> str:
    """The name of a pipeline's schedule."""
    return f"{pipeline.slug}_schedule"


def pipeline_schedule(
    layer: LayerFactory, pipeline: Pipeline, config: ScheduleConfig, status: DefaultScheduleStatus
) -> ScheduleDefinition:
    """The schedule of a pipeline."""

    def evaluate(context: ScheduleEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        return _due(layer, pipeline.id, config, context)

    return ScheduleDefinition(
        name=schedule_name(pipeline),
        job_name=pipeline.slug,
        cron_schedule=config.cron_expression,
        execution_timezone=config.timezone,
        execution_fn=evaluate,
        description=f"{pipeline.name}: executes what is waiting when it is due.",
        default_status=status,
    )


def _due(
    layer: LayerFactory, pipeline_id: PipelineId, config: ScheduleConfig, context: ScheduleEvaluationContext
) -> Iterator[RunRequest | SkipReason]:
    moment = context.scheduled_execution_time
    if not config.is_due(moment):
        yield SkipReason("Not due at this boundary: starts_on, ends_on or interval leave it out.")
        return
    services = layer()
    executions = services.executions.create_scheduled(services.pipelines.get(pipeline_id), moment)
    requests = run_requests(services.lifecycle, executions)
    yield from requests
    if not requests:
        yield SkipReason("No file is waiting.")
