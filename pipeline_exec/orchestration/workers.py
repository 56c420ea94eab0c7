"""The workers' Celery application and its one task: execute a run.

The launcher's settings in ``dagster.yaml`` are the only configuration. A task is acknowledged late, so that a worker
that dies loses no run that waits; a run that was in progress is not delivered again by Celery (the second delivery
would find it STARTED, do nothing and report success) but closed, and tried again by the reconciler.
"""

from __future__ import annotations

from typing import Any

from celery import Celery, signals
from dagster import DagsterRunStatus, RunsFilter
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import unpack_value
from dagster_celery.config import TASK_EXECUTE_JOB_NAME
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.make_app import make_app
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from pipeline_exec.orchestration.executor import RunExecutor

LOST_WAIT_SECONDS = 0.2
"""Celery waits this long for the result of a worker process that died before it calls the task lost (default: 10)."""

RUNS_PER_PROCESS = 1000
"""A worker process is replaced after so many runs, whatever a library may have leaked by then."""

IN_PROGRESS = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def celery_application(executor: RunExecutor) -> Celery:
    """The Celery application of the workers of the executor's instance, its task registered."""
    launcher = executor.instance.run_launcher
    if not isinstance(launcher, CeleryRunLauncher):
        raise TypeError("the instance's run launcher is not Celery's; there is nothing for a worker to do")
    app = make_app(launcher.app_args())
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        worker_lost_wait=LOST_WAIT_SECONDS,
        worker_max_tasks_per_child=RUNS_PER_PROCESS,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )

    @app.task(name=TASK_EXECUTE_JOB_NAME, track_started=True)
    def execute_job(execute_job_args_packed: Any) -> int:
        return executor.execute(_run_id(execute_job_args_packed))

    _Closing(executor).connect()
    return app


class _Closing:
    """Ends runs that nobody else would: those a killed worker left, and those revoked before they began."""

    def __init__(self, executor: RunExecutor) -> None:
        self._executor = executor

    def connect(self) -> None:
        signals.worker_process_init.connect(self._warm, weak=False)
        signals.worker_init.connect(self._close_what_was_left, weak=False)
        signals.task_revoked.connect(self._close_revoked, weak=False)

    def _warm(self, **_: object) -> None:
        self._executor.warm()

    def _close_what_was_left(self, sender: Any, **_: object) -> None:
        """A worker killed whole leaves its tasks STARTED for ever; nothing runs under its name when it starts again."""
        instance, backend = self._executor.instance, sender.app.backend
        for run in instance.get_runs(RunsFilter(statuses=IN_PROGRESS)):
            task_id = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
            meta = backend.get_task_meta(task_id) if task_id else {}
            if meta.get("status") != "STARTED" or (meta.get("result") or {}).get("hostname") != sender.hostname:
                continue
            backend.mark_as_failure(task_id, RuntimeError("The worker was killed."))
            if run.status is DagsterRunStatus.CANCELING:
                instance.report_run_canceled(run)
            else:
                instance.report_run_failed(run, "The worker was killed.")

    def _close_revoked(self, request: Any = None, terminated: bool = False, **_: object) -> None:
        if terminated:
            return
        arguments = request.args[0] if request.args else request.kwargs["execute_job_args_packed"]
        instance = self._executor.instance
        run = instance.get_run_by_id(_run_id(arguments))
        if run is not None and run.status is DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run)


def _run_id(packed: Any) -> str:
    return str(unpack_value(packed, as_type=ExecuteRunArgs).run_id)
