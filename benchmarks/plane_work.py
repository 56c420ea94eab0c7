"""One piece of work of the plane benchmark; prints seconds and peak megabytes."""

import resource
import sys
import time
from pathlib import Path

import pyarrow.csv as pacsv


def raw_copy(source: Path, target: Path) -> float:
    begun = time.perf_counter()
    with pacsv.open_csv(source) as reader, pacsv.CSVWriter(target, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    seconds = time.perf_counter() - begun
    target.unlink()
    return seconds


def pipeline(source: Path, folder: Path) -> float:
    from benchmarks.deployment import Deployment

    deployment = Deployment(folder / f"home-{source.stem}", folder / "out")
    execution = deployment.layer.ingestion.record_file(deployment.pipeline, source, deployment.owner)
    deployment.layer.lifecycle.claim(execution.log.id)
    begun = time.perf_counter()
    deployment.layer.ports.engine.execute(execution, deployment.pipeline.slug)
    seconds = time.perf_counter() - begun
    ended = deployment.layer.executions.get(execution.id)
    if ended.failure is not None or ended.log.counts.total_error_cells:
        raise SystemExit(f"the pipeline did not do its work: {ended}")
    deployment.remove()
    return seconds


if __name__ == "__main__":
    elapsed = {"raw_copy": raw_copy, "pipeline": pipeline}[sys.argv[1]](*map(Path, sys.argv[2:]))
    print(elapsed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
