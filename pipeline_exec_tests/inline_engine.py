"""An engine without Dagster: attempts run in a thread of the test's own process, over the real stages."""

from __future__ import annotations

import contextlib
import threading

from pipeline_exec.bootstrap import compose
from pipeline_exec.errors import PipelineExecError
from pipeline_exec.model.execution import Stage
from pipeline_exec.ports import RunState
from pipeline_exec.services.layer import ServiceLayer
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

    def execute(self, execution, job):
        self._run(execution)

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
            attempt.stage(attempt.read())
            attempt.stage(attempt.map(attempt.staged(Stage.READ)))
            attempt.stage(attempt.validate(attempt.staged(Stage.MAP), lambda counts, tally: None))
            attempt.write(attempt.staged(Stage.VALIDATE), lambda *_: None)


def inline_layer(home, **settings) -> tuple[ServiceLayer, InlineEngine]:
    """A whole service layer over a fresh home, without Dagster."""
    engine = InlineEngine()
    layer = compose(Settings(home=home, retry_wait_seconds=0.01, **settings), engine=lambda *_: engine)
    engine.layer = layer
    return layer, engine
