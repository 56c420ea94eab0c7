"""One piece of work of the plane benchmark; prints its seconds as JSON."""

import json
import sys
import time
from pathlib import Path

import pyarrow.csv as pacsv


def raw_copy(source: Path, folder: Path) -> dict[str, object]:
    target = folder / "raw.csv"
    begun = time.perf_counter()
    with pacsv.open_csv(source) as reader, pacsv.CSVWriter(target, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    seconds = time.perf_counter() - begun
    target.unlink()
    return {"seconds": seconds}


def pipeline(source: Path, folder: Path) -> dict[str, object]:
    from benchmarks.deployment import Deployment

    deployment = Deployment(folder / "home", folder / "out")
    engine = deployment.layer.ports.engine
    [execution] = deployment.layer.ingestion.record_file(deployment.pipeline, source, deployment.owner)
    deployment.layer.lifecycle.claim(execution.log.id)
    begun = time.perf_counter()
    engine.execute(execution, deployment.pipeline.slug)
    seconds = time.perf_counter() - begun
    ended = deployment.layer.executions.get(execution.id)
    if ended.failure is not None:
        raise SystemExit(f"the pipeline did not do its work: {ended}")
    stages = _stages(engine.instance, ended.log.run_id)
    deployment.remove()
    return {"seconds": seconds, "stages": stages, "error_cells": ended.log.counts.total_error_cells}


def _stages(instance, run_id: str) -> dict[str, float]:
    steps = instance.get_run_step_stats(run_id)
    return {step.step_key: step.end_time - step.start_time for step in sorted(steps, key=lambda step: step.start_time)}


if __name__ == "__main__":
    done = {"raw_copy": raw_copy, "pipeline": pipeline}[sys.argv[1]](*map(Path, sys.argv[2:]))
    print(json.dumps(done))
