"""Dagster as the engine of the services."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._grpc.client import DagsterGrpcClient

from pipeline_exec.errors import PipelineExecError, Unavailable
from pipeline_exec.model.execution import Execution
from pipeline_exec.model.identity import RunId
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.code_location import socket_path
from pipeline_exec.orchestration.dispatch import Lineage, RunDispatcher
from pipeline_exec.orchestration.executor import RunExecutor
from pipeline_exec.orchestration.instigators import Instigators
from pipeline_exec.orchestration.jobs import LayerFactory
from pipeline_exec.orchestration.repository import PipelineRepository
from pipeline_exec.orchestration.schedules import schedule_name
from pipeline_exec.ports import RunState
from pipeline_exec.settings import Settings

logger = logging.getLogger(__name__)

RUNS_PER_QUESTION = 200
RELOAD_SECONDS = 10

_STATES = {
    DagsterRunStatus.QUEUED: RunState.WAITING,
    DagsterRunStatus.NOT_STARTED: RunState.WAITING,
    DagsterRunStatus.MANAGED: RunState.WAITING,
    DagsterRunStatus.STARTING: RunState.WAITING,
    DagsterRunStatus.STARTED: RunState.RUNNING,
    DagsterRunStatus.CANCELING: RunState.RUNNING,
    DagsterRunStatus.SUCCESS: RunState.SUCCEEDED,
    DagsterRunStatus.FAILURE: RunState.FAILED,
    DagsterRunStatus.CANCELED: RunState.CANCELED,
}


class DagsterEngine:
    """Runs attempts as Dagster runs on Celery workers. Dagster itself is opened when it is first needed."""

    def __init__(self, settings: Settings, layer: LayerFactory) -> None:
        self._settings = settings
        self._layer = layer
        self._executor = RunExecutor(settings, layer)
        self._refresh_here: Callable[[], None] = lambda: None

    @property
    def instance(self) -> DagsterInstance:
        """This process's instance."""
        return self._executor.instance

    def launch(self, execution: Execution, job: str) -> None:
        """Start the run of the latest attempt; safe to repeat.

        Raises:
            Unavailable: Dagster's storage or the broker cannot be reached.
        """
        with self._layer().ports.store.reading() as tx:
            logs = tx.executions.logs([execution.id])[execution.id]
        try:
            self._dispatcher.launch(execution, job, Lineage.of(logs))
        except PipelineExecError:
            raise
        except Exception as error:
            logger.exception("Execution %s could not be launched.", execution.id)
            raise Unavailable("The run could not be handed to a worker.", "It is tried again by itself.") from error

    def execute(self, execution: Execution, job: str) -> None:
        """Execute the run of the latest attempt in this process."""
        with self._layer().ports.store.reading() as tx:
            logs = tx.executions.logs([execution.id])[execution.id]
        self._executor.execute(self._dispatcher.create(execution, job, Lineage.of(logs)))

    def cancel(self, run_id: RunId) -> None:
        """Stop a run that is not finished."""
        self.instance.run_coordinator.cancel_run(run_id)

    def abandon(self, run_id: RunId, reason: str) -> None:
        """Note in Dagster that a run's worker is gone."""
        run = self.instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            self.instance.report_run_failed(run, reason)

    def states(self, run_ids: Iterable[RunId]) -> Mapping[RunId, RunState]:
        """What has become of each run; one that is unknown is left out."""
        wanted = list(run_ids)
        states: dict[RunId, RunState] = {}
        for start in range(0, len(wanted), RUNS_PER_QUESTION):
            some = wanted[start : start + RUNS_PER_QUESTION]
            states |= {RunId(run.run_id): _STATES[run.status] for run in self._runs(RunsFilter(run_ids=list(some)))}
            left = [run_id for run_id in some if run_id not in states]
            if left:
                requested = self._runs(RunsFilter(tags={tags.RUN: left}))
                states |= {RunId(run.tags[tags.RUN]): _STATES[run.status] for run in requested}
        return states

    def _runs(self, which: RunsFilter) -> Sequence[DagsterRun]:
        """Of several runs of one attempt the one that counts comes last: the latest that is not finished."""
        return sorted(self.instance.get_runs(which, ascending=True), key=lambda run: not run.is_finished)

    def refresh(self) -> None:
        """Start new schedules and have the code server look at the store again; a no-op where none is running.

        Never raises: what was changed is stored by now, and the caller must not hear that it was not.
        """
        try:
            self._refresh()
        except Exception:
            logger.exception("The definitions could not be refreshed; they are when the service starts.")

    def _refresh(self) -> None:
        self.sync_schedules()
        socket = socket_path(self._settings)
        if not Path(socket).exists():
            return
        try:
            DagsterGrpcClient(socket=socket).reload_code(timeout=RELOAD_SECONDS)
            self._refresh_here()
        except DagsterUserCodeUnreachableError:
            logger.warning("The code server does not answer; it reads the definitions when it starts.")

    def when_refreshed(self, refresh_here: Callable[[], None]) -> None:
        """Have this process's own copy of the definitions refreshed too, instead of a second later by itself."""
        self._refresh_here = refresh_here

    def sync_schedules(self) -> None:
        """Have Dagster's scheduler know every schedule of an active pipeline, and no other."""
        with self._layer().ports.store.reading() as tx:
            pipelines = tx.pipelines.active()
        configs = {schedule_name(pipeline): pipeline.configuration.document.schedule_config for pipeline in pipelines}
        Instigators(self._settings, self.instance).sync(
            {name: config.cron_expression for name, config in configs.items() if config is not None}
        )

    @cached_property
    def _dispatcher(self) -> RunDispatcher:
        return RunDispatcher(self._settings, self.instance, self._jobs.get_job)

    @cached_property
    def _jobs(self) -> PipelineRepository:
        return PipelineRepository(self._layer)
