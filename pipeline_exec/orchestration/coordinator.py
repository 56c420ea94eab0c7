"""The run coordinator: launches at once, writes down who asked, and cancels so that a run ends CANCELED."""

from __future__ import annotations

from dagster import DagsterRun, DagsterRunStatus
from dagster._core.run_coordinator import DefaultRunCoordinator, SubmitRunContext

from pipeline_exec.orchestration import tags

_BEFORE_BEGIN = (DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING)


class AttributingRunCoordinator(DefaultRunCoordinator):
    """The documented place for run attribution: the header is set by our authentication, never by the client."""

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Launch; a run asked for in the UI carries whoever is logged in there."""
        caller = context.get_request_header(tags.CALLER_HEADER)
        if caller:
            self._instance.add_run_tags(context.dagster_run.run_id, {tags.CALLER: caller})
        return super().submit_run(context)

    def cancel_run(self, run_id: str) -> bool:
        """Cancel a run that waits or runs.

        Celery's launcher revokes the task and says nothing to Dagster, which then calls the interruption a failure: so
        CANCELING is reported first, and for a run that no worker has begun CANCELED as well.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        sent = super().cancel_run(run_id)
        if run.status in _BEFORE_BEGIN:
            self._close_unbegun(run_id)
        return sent

    def _close_unbegun(self, run_id: str) -> None:
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.status is not DagsterRunStatus.CANCELING:
            return
        record = self._instance.get_run_record_by_id(run_id)
        if record is not None and record.start_time is None:
            self._instance.report_run_canceled(run)
