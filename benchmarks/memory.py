"""The most memory each stage holds, in a process of its own, for files of very different sizes.

``--formats csv jsonl parquet`` says in which formats the same rows come, ``--millions 1 20`` how many.
Each process has loaded everything a worker has; what that alone takes is given too.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.children import Cost, cost_of
from benchmarks.memory_work import PREPARE, WRITERS
from pipeline_exec.model.execution import Stage

MILLION = 1_000_000
LIMIT_MB, APART_MB = 600, 100


def measure(folder: Path, *options: str) -> Iterator[str]:
    asked = _options(options)
    yield f"  {'MB at most':<24}{'idle':>8}" + "".join(f"{stage:>10}" for stage in Stage)
    for extension in asked.formats:
        peaks = {}
        for size in asked.millions:
            costs = _costs(folder / f"{extension}{size}", extension, size * MILLION)
            peaks[size] = {stage: cost.peak_mb for stage, cost in costs.items()}
            yield _line(f"{size} M rows as {extension}", costs)
        yield _verdict(peaks)


def _options(options: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory")
    parser.add_argument("--formats", nargs="+", default=["csv"], choices=WRITERS)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 5])
    return parser.parse_args(options)


def _costs(folder: Path, extension: str, rows: int) -> dict[Stage, Cost]:
    folder.mkdir()
    log_id = _child(folder, PREPARE, extension, rows).said["log_id"]
    try:
        return {stage: _child(folder, stage, log_id) for stage in Stage}
    finally:
        shutil.rmtree(folder)


def _child(folder: Path, what: str, *given: object) -> Cost:
    return cost_of([sys.executable, "-m", "benchmarks.memory_work", folder / "home", what, *given])


def _line(what: str, costs: dict[Stage, Cost]) -> str:
    idle = max(float(cost.said["idle_mb"]) for cost in costs.values())
    figures = "".join(f"{cost.peak_mb:>10,.0f}" for cost in costs.values())
    seconds = ", ".join(f"{stage} {cost.seconds:.1f} s" for stage, cost in costs.items())
    return f"  {what:<24}{idle:>8,.0f}{figures}   {seconds}"


def _verdict(peaks: dict[int, dict[Stage, float]]) -> str:
    most = max(peak for of_size in peaks.values() for peak in of_size.values())
    apart = max(max(of[stage] for of in peaks.values()) - min(of[stage] for of in peaks.values()) for stage in Stage)
    under, near = most < LIMIT_MB, apart < APART_MB
    return (
        f"    at most {most:,.0f} MB ({'under' if under else 'NOT under'} {LIMIT_MB}), a stage's sizes "
        f"{apart:,.0f} MB apart ({'under' if near else 'NOT under'} {APART_MB})"
    )
