"""The launcher: Celery's, with the run's id as the task's.

The stock launcher draws a task id, sends the task and then writes the id into a tag: a run that ends sooner has none,
and asking for its health is a ``KeyError``. Here the id is known before anything is sent.
"""

from __future__ import annotations

from dagster import DagsterRun
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import pack_value
from dagster_celery.config import TASK_EXECUTE_JOB_NAME
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_QUEUE_TAG, DAGSTER_CELERY_RUN_PRIORITY_TAG, DAGSTER_CELERY_TASK_ID_TAG

DEFAULT_PRIORITY = 5


class WorkerRunLauncher(CeleryRunLauncher):
    """Sends runs to our workers; what it inherits (terminate, health) finds the task under the run's id."""

    def launch_run(self, context: LaunchRunContext) -> None:
        """Send the task that executes a run."""
        run = context.dagster_run
        if run.job_code_origin is None:
            raise TypeError("a run is launched with the origin of its job")
        # A re-execution in the UI copies its parent's tags, and with them the parent's task.
        if run.tags.get(DAGSTER_CELERY_TASK_ID_TAG) != run.run_id:
            self._instance.add_run_tags(run.run_id, {DAGSTER_CELERY_TASK_ID_TAG: run.run_id})
        arguments = ExecuteRunArgs(
            job_origin=run.job_code_origin,
            run_id=run.run_id,
            instance_ref=self._instance.get_ref(),
            set_exit_code_on_failure=True,
        )
        queue = run.tags.get(DAGSTER_CELERY_QUEUE_TAG, self.default_queue)
        self.celery.send_task(
            TASK_EXECUTE_JOB_NAME,
            kwargs={"execute_job_args_packed": pack_value(arguments)},
            task_id=run.run_id,
            queue=queue,
            routing_key=f"{queue}.{TASK_EXECUTE_JOB_NAME}",
            priority=int(run.tags.get(DAGSTER_CELERY_RUN_PRIORITY_TAG, DEFAULT_PRIORITY)),
            argsrepr="()",
            kwargsrepr="{}",
        )
        self._instance.report_engine_event(f"Sent to the workers' queue {queue}.", run, cls=type(self))

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """What has become of a run's task; a run that is executed in the foreground has none."""
        if DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            # Anything else would have Dagster end it. Whether it is still alive, the reconciler knows by its heartbeat.
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return super().check_run_worker_health(run)

    def terminate(self, run_id: str) -> bool:
        """Stop a run's task; False where there is none to stop."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return False
        return bool(super().terminate(run_id))
