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
    names = {job.name for job in jobs}

    def evaluate(_: SensorEvaluationContext) -> SensorResult | SkipReason:
        services = layer()
        done = services.reconciler.reconcile()
        if done.is_quiet:
            return SkipReason("Every attempt and its run agree.")
        launch = [(execution, services.lifecycle.job(execution) in names) for execution in done.launch]
        # One request for a job the sensor was not made with, such as that of a pipeline switched off since, and Dagster
        # drops them all.
        services.lifecycle.launch(execution for execution, is_ours in launch if not is_ours)
        requests = run_requests(services.lifecycle, (execution for execution, is_ours in launch if is_ours))
        return SensorResult(run_requests=list(requests))

    return SensorDefinition(
        name=NAME,
        jobs=list(jobs),
        evaluation_fn=evaluate,
        minimum_interval_seconds=seconds,
        description="No execution is lost and none stays PROCESSING: unfinished attempts are compared with their runs.",
        default_status=DefaultSensorStatus.RUNNING,
    )
