"""Every reader and what recognises formats under hostile input, each case bounded in time and memory.

``--inputs N`` cases, from ``--first N`` on, by ``--workers N`` processes; ``--kind K`` only those of one kind;
``--failures FOLDER`` keeps the inputs that were not read as they must be. A number is always the same case.
"""

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline_exec_tests.fuzz.cases import KINDS, case
from pipeline_exec_tests.fuzz.watch import Problem, watched

SHOWN = 20
"""Problems told one by one."""


def measure(folder: Path, *options: str) -> Iterator[str]:
    asked = _options(options)
    kept = asked.failures or folder / "failures"
    kept.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with ThreadPoolExecutor(asked.workers) as pool:
        shares = list(pool.map(lambda offset: _share(asked, offset, kept), range(asked.workers)))
    count, problems = sum(count for count, _ in shares), [problem for _, some in shares for problem in some]
    seconds = time.perf_counter() - began
    kinds = asked.kind or ", ".join(KINDS)
    yield f"  {count:,} inputs of {kinds} in {seconds:,.0f} s ({count / seconds:,.0f} a second)"
    yield f"  {len(problems)} not read as they must be" + (f", kept in {asked.failures}" if asked.failures else "")
    for problem in sorted(problems, key=lambda each: each.number)[:SHOWN]:
        yield f"  {case(problem.number, asked.kind).file_name}: {problem.what.strip().splitlines()[-1]}"


def _options(options: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks fuzz")
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--failures", type=Path)
    return parser.parse_args(options)


def _share(asked: argparse.Namespace, offset: int, kept: Path) -> tuple[int, list[Problem]]:
    count, problems = 0, []
    for told in watched(asked.first + offset, asked.first + asked.inputs, asked.workers, asked.kind):
        if isinstance(told, Problem):
            problems.append(told)
            _keep(told, asked.kind, kept)
        else:
            count += 1
    return count, problems


def _keep(problem: Problem, kind: str | None, folder: Path) -> None:
    failed = case(problem.number, kind)
    (folder / failed.file_name).write_bytes(failed.data)
    told = f"{failed.name} {failed.options.to_json()}\n{problem.what}\n"
    (folder / f"{failed.file_name}.txt").write_text(told)
