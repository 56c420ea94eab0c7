"""Run requests: how sensors and schedules hand recorded executions to Dagster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from dagster import RunRequest

from pipeline_exec.model.execution import Execution
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.jobs import run_config_of
from pipeline_exec.services.lifecycle import Lifecycle


def run_requests(lifecycle: Lifecycle, executions: Iterable[Execution]) -> Sequence[RunRequest]:
    """One request for each execution that nobody else launches just now; each is claimed by this."""
    claims = ((execution, lifecycle.claim(execution.log.id)) for execution in executions)
    return [_run_request(execution, claimed, lifecycle.job(execution)) for execution, claimed in claims if claimed]


def _run_request(execution: Execution, claimed: datetime, job: str) -> RunRequest:
    """The request for the run of an execution's latest attempt, claimed at that moment.

    The run key is a second net under the attempt's fence; it is no ledger: Dagster never forgets a key while its run
    is kept, and frees it when the run is deleted.
    """
    return RunRequest(
        run_key=f"{execution.log.id}:{claimed.timestamp()}",
        run_config=run_config_of(execution),
        tags=tags.of_execution(execution),
        job_name=job,
    )
