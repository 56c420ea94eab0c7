"""Schedules switched on and off from any process, by writing the state that Dagster's own scheduler writes.

A schedule whose default status is RUNNING misses its first boundary (the scheduler only registers it then) and cannot
be started; one that is STOPPED and started fires at the next. So ours are STOPPED by default and started here, once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from dagster import DagsterInstance
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData
from dagster._serdes import create_snapshot_id

from pipeline_exec.orchestration.code_location import remote_origin
from pipeline_exec.settings import Settings


class Instigators:
    """What Dagster remembers of our schedules."""

    def __init__(self, settings: Settings, instance: DagsterInstance) -> None:
        self._instance = instance
        self._repository = remote_origin(settings)

    def sync(self, crons: Mapping[str, str]) -> None:
        """Start each schedule that Dagster has not heard of, or whose cron changed; forget those that are gone.

        A schedule that a person stopped in the UI stays stopped.

        Args:
            crons: The cron expression of each schedule there is, by name.
        """
        known = {
            state.instigator_name: state
            for state in self._instance.all_instigator_state(
                # An instance may be shared with other code locations.
                repository_selector_id=self._repository.get_selector_id(),
                instigator_type=InstigatorType.SCHEDULE,
            )
        }
        for name, cron in crons.items():
            self._start(name, cron, known.get(name))
        for name, state in known.items():
            if name not in crons:
                self._instance.delete_instigator_state(state.instigator_origin_id, state.selector_id)

    def _start(self, name: str, cron: str, known: InstigatorState | None) -> None:
        data = ScheduleInstigatorData(cron, time.time())
        if known is None:
            origin = self._repository.get_instigator_origin(name)
            state = InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.RUNNING, data)
            if self._instance.get_instigator_state(state.instigator_origin_id, _selector(state)) is None:
                self._instance.add_instigator_state(state)
        elif known.is_running and getattr(known.instigator_data, "cron_schedule", cron) != cron:
            self._instance.update_instigator_state(known.with_data(data))


def _selector(state: InstigatorState) -> str:
    return create_snapshot_id(state.origin.get_selector())
