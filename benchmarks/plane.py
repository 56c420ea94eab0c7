"""CSV to CSV, ten columns trimmed, mapped, cast and checked, staged between the stages; beside a raw Arrow copy.

``--rivals`` adds others' work on the same file in the same run, in an environment of their own (``rivals.py``);
``--rounds N`` is how often everything runs, one after the other in turn, of which the fastest counts; ``--millions N…``
sets the numbers of rows; ``--erroneous N`` makes one row of so many wrong in one of seven ways.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import rivals
from benchmarks.children import Cost, cost_of

MILLION = 1_000_000
OURS, RAW = "ours", "raw Arrow copy"


def measure(folder: Path, *options: str) -> Iterator[str]:
    asked = _options(options)
    contestants = rivals.contestants() if asked.rivals else {}
    for size in asked.millions:
        source = folder / "in" / f"orders{size}.csv"
        source.parent.mkdir(exist_ok=True)
        _own("make", source, size * MILLION, asked.erroneous)
        yield f"{size} M rows, {source.stat().st_size / 1e6:,.0f} MB, {_quality(asked.erroneous)}:"
        yield from _compared(_fastest(source, folder, contestants, asked.rounds), size * MILLION)
        source.unlink()


def _options(options: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks plane")
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--erroneous", type=int, default=0)
    return parser.parse_args(options)


def _quality(erroneous: int) -> str:
    return f"1 row of {erroneous} erroneous" if erroneous else "all cells valid"


def _fastest(
    source: Path, folder: Path, contestants: Mapping[str, rivals.Contestant], rounds: int
) -> dict[str, tuple[Cost, int]]:
    """The least each took, and of how many rounds."""
    best: dict[str, tuple[Cost, int]] = {}
    for number in range(1, rounds + 1):
        costs = {RAW: _own("raw_copy", source, folder), OURS: _own("pipeline", source, folder)}
        costs |= {
            name: contestant(source, folder)
            for name, contestant in contestants.items()
            if number <= contestant.rounds and not (name in best and best[name][0].was_ended)
        }
        for name, cost in costs.items():
            before = best.get(name, (cost, 0))
            best[name] = (min(before[0], cost, key=lambda each: each.seconds), number)
    return best


def _own(work: str, source: Path, *given: object) -> Cost:
    return cost_of([sys.executable, "-m", "benchmarks.plane_work", work, source, *given])


def _compared(best: Mapping[str, tuple[Cost, int]], rows: int) -> Iterator[str]:
    ours, raw = best[OURS][0].seconds, best[RAW][0].seconds
    for name, (cost, rounds) in best.items():
        beside = f"ours is {cost.seconds / ours:.1f} times as fast" if name != OURS else f"{ours / raw:.1f} raw copies"
        beside += ", at least: it was not done and was ended" if cost.was_ended else ""
        figures = f"{cost.seconds:>7.2f} s  {rows / cost.seconds:>10,.0f} rows/s  peak {cost.peak_mb:>6,.0f} MB"
        yield f"  {name:<38} {figures}  {beside} (least of {rounds})"
        stages = cost.said.get("stages")
        if isinstance(stages, dict):
            yield "    " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in stages.items())
