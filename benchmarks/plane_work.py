"""One piece of work of the plane benchmark."""

import sys
import time
from pathlib import Path

import pyarrow.csv as pacsv

from benchmarks import orders
from benchmarks.children import report


def make(source: Path, rows: str, erroneous: str) -> None:
    orders.write(source, int(rows), int(erroneous))


def raw_copy(source: Path, folder: str) -> None:
    target = Path(folder, "raw.csv")
    began = time.perf_counter()
    with pacsv.open_csv(source) as reader, pacsv.CSVWriter(target, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    report(began)
    target.unlink()


def pipeline(source: Path, folder: str) -> None:
    from benchmarks.deployment import Deployment

    deployment = Deployment(Path(folder, "home"), Path(folder, "out"))
    engine = deployment.layer.ports.engine
    [execution] = deployment.layer.ingestion.record_file(deployment.pipeline, source, deployment.owner)
    deployment.layer.lifecycle.claim(execution.log.id)
    began = time.perf_counter()
    engine.execute(execution, deployment.pipeline.slug)
    took = time.perf_counter() - began
    ended = deployment.layer.executions.get(execution.id)
    if ended.failure is not None:
        raise SystemExit(f"the pipeline did not do its work: {ended}")
    stages = _stages(engine.instance, ended.log.run_id)
    deployment.remove()
    report(began, seconds=took, stages=stages, error_cells=ended.log.counts.total_error_cells)


def _stages(instance, run_id: str) -> dict[str, float]:
    steps = instance.get_run_step_stats(run_id)
    return {step.step_key: step.end_time - step.start_time for step in sorted(steps, key=lambda step: step.start_time)}


if __name__ == "__main__":
    work, path, *given = sys.argv[1:]
    {"make": make, "raw_copy": raw_copy, "pipeline": pipeline}[work](Path(path), *given)
