"""The reconciler as a sensor, so that it runs wherever Dagster's daemon does."""

from __future__ import annotations

from collections.abc import Sequence

from dagster import (
    DefaultSensorStatus,
    JobDefinition,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
)

from pipeline_exec.orchestration.jobs import LayerFactory
from pipeline_exec.orchestration.requests import run_requests

NAME = "pipeline_exec_reconciler"


def reconciler_sensor(layer: LayerFactory, jobs: Sequence[JobDefinition], seconds: int) -> SensorDefinition:
    """Compares unfinished attempts with their runs: launches what was lost, tries again what died, ends the rest."""

    def evaluate(_: SensorEvaluationContext) -> SensorResult | SkipReason:
        services = layer()
        done = services.reconciler.reconcile()
        if done.is_quiet:
            return SkipReason("Every attempt and its run agree.")
        return SensorResult(run_requests=list(run_requests(services.lifecycle, done.launch)))

    return SensorDefinition(
        name=NAME,
        jobs=list(jobs),
        evaluation_fn=evaluate,
        minimum_interval_seconds=seconds,
        description="No execution is lost and none stays PROCESSING: unfinished attempts are compared with their runs.",
        default_status=DefaultSensorStatus.RUNNING,
    )
