"""The executor: a run executed in this process, once, with definitions from the store.

A run's own origin would make a process that lives long execute the definitions it loaded first; a job built by name
from the store is never stale, and costs nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from dagster import DagsterEventType, DagsterInstance, DagsterRun
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator
from dagster._utils.interrupts import capture_interrupts

from pipeline_exec.model.identity import ExecutionId, LogId, RunId, run_id_of
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.instance import open_instance
from pipeline_exec.orchestration.jobs import LayerFactory
from pipeline_exec.orchestration.repository import PipelineRepository
from pipeline_exec.settings import Settings

logger = logging.getLogger(__name__)


class RunExecutor:
    """Executes runs that exist, each once however often it is asked to."""

    def __init__(self, settings: Settings, layer: LayerFactory) -> None:
        self._settings = settings
        self._layer = layer
        self._jobs = PipelineRepository(layer)

    @property
    def instance(self) -> DagsterInstance:
        """This process's instance: a forked child must not use its parent's connections."""
        return _instance(os.getpid(), self._settings)

    def warm(self) -> None:
        """Open everything a run needs before the first one comes."""
        self.instance.get_runs_count()
        with self._layer().ports.store.reading() as tx:
            tx.executions.last_begun()

    def execute(self, run_id: str) -> int:
        """Execute a run; answers 1 when it failed, as Dagster's own task does. The run never stays STARTING."""
        run = self.instance.get_run_by_id(run_id)
        if run is None or run.is_finished or not self._may_enter(run):
            return 0
        with _signals_restored():
            try:
                return int(self._execute(run))
            except BaseException as error:  # noqa: BLE001  # whatever it was, the run must not stay STARTING
                logger.warning("Run %s could not be executed: %r", run_id, error)
                self._close(run_id, f"The worker could not execute the run ({type(error).__name__}).")
                return 1

    def _execute(self, run: DagsterRun) -> bool:
        failed = False
        job = InMemoryJob(self._jobs.get_job(run.job_name))
        with capture_interrupts():
            for event in execute_run_iterator(job, run, self.instance):
                failed |= event.event_type is DagsterEventType.RUN_FAILURE
        if failed and self.instance.all_logs(run.run_id, of_type={DagsterEventType.RUN_CANCELING}):
            # Canceled in the milliseconds in which the start overwrites CANCELING: Dagster calls that a failure.
            current = self.instance.get_run_by_id(run.run_id)
            if current is not None:
                self.instance.report_run_canceled(current)
        return failed

    def _may_enter(self, run: DagsterRun) -> bool:
        """Whether this run is to be executed here and now; Dagster itself lets a run that is sent twice run twice."""
        log_id, execution_id = run.tags.get(tags.ATTEMPT), run.tags.get(tags.EXECUTION)
        if not log_id or not execution_id:
            return True
        if run.parent_run_id and run.run_id != run_id_of(LogId(log_id)):
            # Re-executed in the UI: the tags are its parent's, and it finds its own attempt.
            return True
        layer = self._layer()
        if layer.lifecycle.enter(LogId(log_id), RunId(run.run_id)):
            return True
        with layer.ports.store.reading() as tx:
            logs = tx.executions.logs([ExecutionId(execution_id)]).get(ExecutionId(execution_id), ())
        if not any(log.run_id == run.run_id for log in logs):
            self.instance.report_run_canceled(run, "Another run does this attempt already, or it is over.")
        return False

    def _close(self, run_id: str, reason: str) -> None:
        run = self.instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            self.instance.report_run_failed(run, reason)


@cache
def _instance(_process: int, settings: Settings) -> DagsterInstance:
    return open_instance(settings)


@contextmanager
def _signals_restored() -> Iterator[None]:
    """Dagster replaces the handlers of SIGINT and SIGTERM and leaves SIGTERM replaced; Celery needs its own back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
