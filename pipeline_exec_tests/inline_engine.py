"""An engine without Dagster: attempts run in a thread of the test's own process, over the real stages."""

from __future__ import annotations

import contextlib
import threading

from pipeline_exec.bootstrap import compose
from pipeline_exec.errors import PipelineExecError
from pipeline_exec.ports import RunState
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.services.rows_files import read_rows, write_rows
from pipeline_exec.settings import Settings


class InlineEngine:
    """Runs each attempt in a thread; ``wait`` joins them all. ``paused`` launches are kept until ``resume``."""

    def __init__(self) -> None:
        self.layer: ServiceLayer | None = None
        self.paused = False
        self.refreshes = 0
        self.canceled = []
        self._waiting = []
        self._threads = []

    def launch(self, execution, job):
        if self.paused:
            self._waiting.append(execution)
            return
        thread = threading.Thread(target=self._run, args=(execution,), name=f"run-{job}")
        self._threads.append(thread)
        thread.start()

    def resume(self):
        self.paused = False
        waiting, self._waiting = self._waiting, []
        for execution in waiting:
            self.launch(execution, "resumed")

    def wait(self):
        while self._threads:
            self._threads.pop().join()

    def cancel(self, run_id):
        self.canceled.append(run_id)

    def abandon(self, run_id, reason):
        pass

    def states(self, run_ids):
        return dict.fromkeys(run_ids, RunState.ABSENT)

    def refresh(self):
        self.refreshes += 1

    def _run(self, execution):
        with contextlib.suppress(PipelineExecError):
            attempt = self.layer.attempts.begin(execution.log.id, execution.log.run_id)
            rows = None
            from_stage = attempt.execution.log.first_stage
            for stage in from_stage.and_after:
                rows = getattr(self, f"_{stage}")(attempt, rows)

    # Between these stages rows are held in memory, where Dagster's ops stage them.

    def _read(self, attempt, _):
        return self._kept(attempt, "read", attempt.read().rows)

    def _map(self, attempt, rows):
        return self._kept(attempt, "map", attempt.map(rows or self._staged(attempt, "read")).rows)

    def _validate(self, attempt, rows):
        made = attempt.validate(rows or self._staged(attempt, "map"), lambda counts, tally: None)
        return self._kept(attempt, "validate", made.rows)

    def _write(self, attempt, rows):
        attempt.write(rows or self._staged(attempt, "validate"), lambda delivery: None)

    def _kept(self, attempt, stage, rows):

        staging = self.layer.ports.staging
        ref = attempt.plan.rows_ref(stage)
        write_rows(rows, staging.place(ref))
        staging.keep(ref)
        return self._staged(attempt, stage)

    def _staged(self, attempt, stage):

        return read_rows(self.layer.ports.staging.local(attempt.plan.rows_ref(stage)))


def inline_layer(home, **settings) -> tuple[ServiceLayer, InlineEngine]:
    """A whole service layer over a fresh home, without Dagster."""
    engine = InlineEngine()
    layer = compose(Settings(home=home, retry_wait_seconds=0.01, **settings), engine=lambda *_: engine)
    engine.layer = layer
    return layer, engine
