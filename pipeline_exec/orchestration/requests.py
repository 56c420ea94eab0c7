"""Run requests: how sensors and schedules hand recorded executions to Dagster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dagster import RunRequest

from pipeline_exec.model.execution import Execution
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.jobs import run_config_of
from pipeline_exec.services.lifecycle import Lifecycle


def run_requests(lifecycle: Lifecycle, executions: Iterable[Execution]) -> Sequence[RunRequest]:
    """One request for each execution that nobody else launches just now; each is claimed by this."""
    return [run_request(execution) for execution in executions if lifecycle.claim(execution.log.id)]


def run_request(execution: Execution, job: str | None = None) -> RunRequest:
    """The request for the run of a claimed execution's latest attempt.

    The run key is a second net under the attempt's fence; it is no ledger: Dagster never forgets a key while its run
    is kept, and frees it when the run is deleted.
    """
    return RunRequest(
        run_key=f"{execution.log.id}:{execution.log.dispatched_at}",
        run_config=run_config_of(execution),
        tags=tags.of_execution(execution),
        job_name=job,
    )
