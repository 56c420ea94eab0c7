"""Sensors: one for each EVENT_BASE pipeline. A tick looks at the source; each file that is ready becomes one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dagster import DefaultSensorStatus, RunRequest, SensorDefinition, SensorEvaluationContext, SkipReason

from pipeline_exec.errors import ExecutionFailure
from pipeline_exec.model.execution import ExecutionTrigger
from pipeline_exec.model.identity import PipelineId
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.orchestration.jobs import LayerFactory
from pipeline_exec.orchestration.requests import run_requests
from pipeline_exec.services.arrivals import Collected

FILES_PER_TICK = 100
"""A tick may take 60 s, staging included, and Dagster submits some 30 runs a second; the rest waits for the next."""


def file_sensor(layer: LayerFactory, pipeline: Pipeline, poll_seconds: float) -> SensorDefinition:
    """The sensor of a pipeline whose source lists files."""

    def evaluate(_: SensorEvaluationContext) -> Sequence[RunRequest] | SkipReason:
        return _look(layer, pipeline.id)

    return _sensor(pipeline, evaluate, poll_seconds, "Looks for files and executes the pipeline once for each.")


def push_sensor(layer: LayerFactory, pipeline: Pipeline, poll_seconds: float) -> SensorDefinition:
    """The sensor of a pipeline that is called: payloads are executed as they arrive, this is the net below."""

    def evaluate(_: SensorEvaluationContext) -> Sequence[RunRequest] | SkipReason:
        services = layer()
        left = services.reconciler.unlaunched(pipeline.id)
        return run_requests(services.lifecycle, left) or SkipReason("Every payload that arrived was executed at once.")

    return _sensor(pipeline, evaluate, poll_seconds, "Executes payloads whose arrival did not start a run itself.")


def _look(layer: LayerFactory, pipeline_id: PipelineId) -> Sequence[RunRequest] | SkipReason:
    services = layer()
    pipeline = services.pipelines.get(pipeline_id)
    try:
        collected = services.arrivals.collect(
            pipeline, ExecutionTrigger.EVENT, pipeline.audit.created_by, limit=FILES_PER_TICK
        )
    except ExecutionFailure as error:
        # No file is at stake: the tick says why it saw nothing, and the next one looks again.
        return SkipReason(error.message)
    left = [*services.reconciler.unlaunched(pipeline_id), *collected.executions]
    return run_requests(services.lifecycle, left) or SkipReason(_seen(collected))


def _seen(collected: Collected) -> str:
    parts = ["No file is ready."]
    if collected.unsettled:
        parts.append(f"{collected.unsettled} not stable yet or without marker.")
    parts += collected.problems[:3]
    return " ".join(parts)


def _sensor(
    pipeline: Pipeline,
    evaluate: Callable[[SensorEvaluationContext], Sequence[RunRequest] | SkipReason],
    poll_seconds: float,
    description: str,
) -> SensorDefinition:
    return SensorDefinition(
        name=f"{pipeline.slug}_sensor",
        job_name=pipeline.slug,
        evaluation_fn=evaluate,
        minimum_interval_seconds=max(1, round(poll_seconds)),
        description=f"{pipeline.name}: {description}",
        default_status=DefaultSensorStatus.RUNNING,
    )
