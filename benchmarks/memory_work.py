"""One stage of a run, as its op does it, or what goes before: a deployment with an execution of made-up orders."""

import sys
import time
from pathlib import Path

import psutil

from benchmarks import orders
from benchmarks.children import report
from benchmarks.deployment import Deployment
from pipeline_exec.bootstrap import application
from pipeline_exec.model.execution import Stage
from pipeline_exec.model.identity import LogId, RunId
from pipeline_exec.orchestration import ops  # noqa: F401  # what a worker has loaded
from pipeline_exec.settings import Settings

PREPARE = "prepare"
WRITERS = {"csv": orders.write, "jsonl": orders.write_jsonl, "parquet": orders.write_parquet}


def prepare(home: Path, extension: str, rows: str) -> None:
    source = home.with_name(f"orders.{extension}")
    WRITERS[extension](source, int(rows))
    deployment = Deployment(home, home.with_name("out"))
    began = time.perf_counter()
    [execution] = deployment.layer.ingestion.record_file(deployment.pipeline, source, deployment.owner)
    source.unlink()
    report(began, log_id=execution.log.id)


def stage(home: Path, which: str, log_id: str) -> None:
    layer = application(Settings(home=home))
    attempt = layer.attempts.begin(LogId(log_id), RunId("memory"))
    idle = psutil.Process().memory_info().rss / 2**20
    began = time.perf_counter()
    match Stage(which):
        case Stage.READ:
            attempt.stage(attempt.read())
        case Stage.MAP:
            attempt.stage(attempt.map(attempt.staged(Stage.READ)))
        case Stage.VALIDATE:
            attempt.stage(attempt.validate(attempt.staged(Stage.MAP), lambda *_: None))
        case Stage.WRITE:
            attempt.write(attempt.staged(Stage.VALIDATE), lambda *_: None)
    report(began, idle_mb=idle)


if __name__ == "__main__":
    at, what, *given = sys.argv[1:]
    if what == PREPARE:
        prepare(Path(at), *given)
    else:
        stage(Path(at), what, *given)
