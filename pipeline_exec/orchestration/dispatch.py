"""Dispatch: the run of an attempt, created and launched from any process, without a workspace or a code server."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dagster import DagsterInstance, DagsterRunStatus, JobDefinition
from dagster._core.errors import DagsterRunAlreadyExists
from dagster._core.execution.api import create_execution_plan
from dagster._core.launcher.base import LaunchRunContext
from dagster._core.snap import ExecutionPlanSnapshot, snapshot_from_execution_plan
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, ROOT_RUN_ID_TAG

from pipeline_exec.model.execution import Execution, ExecutionLog, Stage
from pipeline_exec.model.identity import RunId, run_id_of
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.code_location import python_origin, remote_origin
from pipeline_exec.orchestration.jobs import run_config_of
from pipeline_exec.settings import Settings

REMEMBERED_PLANS = 512

_UNBEGUN = (DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING)


@dataclass(frozen=True)
class Lineage:
    """The run an attempt repeats, and the first of them all."""

    parent: RunId
    root: RunId

    @classmethod
    def of(cls, logs: Sequence[ExecutionLog]) -> Lineage | None:
        """The lineage of the latest of an execution's attempts."""
        return cls(logs[-2].run_id, logs[0].run_id) if len(logs) > 1 else None


class RunDispatcher:
    """Creates and launches runs; safe to repeat, for a run's id is derived from its attempt's."""

    def __init__(self, settings: Settings, instance: DagsterInstance, job: Callable[[str], JobDefinition]) -> None:
        self._instance = instance
        self._job = job
        self._remote, self._python = remote_origin(settings), python_origin()
        self._plans: OrderedDict[tuple[str, Stage], ExecutionPlanSnapshot] = OrderedDict()
        self._lock = threading.Lock()

    def launch(self, execution: Execution, job_name: str, lineage: Lineage | None) -> None:
        """Start the run of an execution's latest attempt; one that no worker has begun is sent again."""
        run_id = run_id_of(execution.log.id)
        if self._create(run_id, execution, self._job(job_name), lineage):
            self._instance.launch_run(run_id, workspace=None)  # type: ignore[arg-type]  # our launcher has no use for it
            return
        run = self._instance.get_run_by_id(run_id)
        if run is not None and run.status is DagsterRunStatus.NOT_STARTED:
            self._instance.launch_run(run_id, workspace=None)  # type: ignore[arg-type]  # as above
        elif run is not None and run.status in _UNBEGUN:
            self._instance.run_launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=None))

    def create(self, execution: Execution, job_name: str, lineage: Lineage | None) -> RunId:
        """Have the run of an execution's latest attempt recorded in Dagster, not launched; answers its id."""
        run_id = run_id_of(execution.log.id)
        self._create(run_id, execution, self._job(job_name), lineage)
        return run_id

    def _create(self, run_id: RunId, execution: Execution, job: JobDefinition, lineage: Lineage | None) -> bool:
        first_stage = execution.log.first_stage
        steps = [stage.value for stage in first_stage.and_after] if first_stage is not Stage.READ else None
        run_tags = {**job.tags, **tags.of_execution(execution)}
        if lineage is not None:
            run_tags |= {PARENT_RUN_ID_TAG: lineage.parent, ROOT_RUN_ID_TAG: lineage.root}
        try:
            self._instance.create_run(
                job_name=job.name,
                run_id=run_id,
                run_config=run_config_of(execution),
                status=DagsterRunStatus.NOT_STARTED,
                tags=run_tags,
                parent_run_id=lineage.parent if lineage else None,
                root_run_id=lineage.root if lineage else None,
                step_keys_to_execute=steps,
                execution_plan_snapshot=self._plan(job, first_stage, steps),
                job_snapshot=job.get_job_snapshot(),
                parent_job_snapshot=None,
                asset_selection=None,
                asset_check_selection=None,
                resolved_op_selection=None,
                op_selection=None,
                remote_job_origin=self._remote.get_job_origin(job.name),
                job_code_origin=self._python.get_job_origin(job.name),
                asset_graph=job.asset_layer.asset_graph,
            )
        except DagsterRunAlreadyExists:
            return False
        return True

    def _plan(self, job: JobDefinition, first_stage: Stage, steps: list[str] | None) -> ExecutionPlanSnapshot:
        key = (job.get_job_snapshot_id(), first_stage)
        with self._lock:
            if key in self._plans:
                self._plans.move_to_end(key)
                return self._plans[key]
        plan = create_execution_plan(job, run_config={}, step_keys_to_execute=steps)
        snapshot = snapshot_from_execution_plan(plan, job.get_job_snapshot_id())
        with self._lock:
            self._plans[key] = snapshot
            while len(self._plans) > REMEMBERED_PLANS:
                self._plans.popitem(last=False)
        return snapshot
