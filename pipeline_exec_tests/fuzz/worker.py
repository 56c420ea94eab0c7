"""Examines cases in a process of its own, which says before each which it is, and what was wrong with it.

``python -m pipeline_exec_tests.fuzz.worker FIRST STOP STEP [KIND]``; a line of JSON for each case and each problem.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from pipeline_exec_tests.fuzz.cases import KINDS, case
from pipeline_exec_tests.fuzz.corpus import seeds
from pipeline_exec_tests.fuzz.examination import examine

CPU_SECONDS = 2.0
MEMORY_MB = 512
"""How much more than before a case may hold."""
ADDRESS_SPACE = 8 * 1024**3
"""Allocators reserve more than they use; what goes beyond this ends the process."""


def main(first: int, stop: int, step: int, kind: str | None) -> None:
    seeds()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, stop, step):
            tell(case=number)
            if problem := _problem(number, kind, Path(folder)):
                tell(case=number, problem=problem)


def tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _problem(number: int, kind: str | None, folder: Path) -> str | None:
    made = case(number, kind)
    held, began = _memory_mb("VmRSS"), time.process_time()
    # The peak so far becomes what is held now (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    problem = examine(made, folder)
    seconds, grown = time.process_time() - began, _memory_mb("VmHWM") - held
    if problem is None and seconds > CPU_SECONDS:
        return f"took {seconds:.1f} s for {len(made.data):,} bytes"
    if problem is None and grown > MEMORY_MB:
        return f"held {grown:,.0f} MB more for {len(made.data):,} bytes"
    return problem


def _memory_mb(name: str) -> float:
    return int(Path("/proc/self/status").read_text().split(f"{name}:")[1].split()[0]) / 1024


if __name__ == "__main__":
    numbers, kinds = sys.argv[1:4], sys.argv[4:]
    if not set(kinds) <= set(KINDS):
        sys.exit(f"There is no such kind; there are {', '.join(KINDS)}.")
    main(*map(int, numbers), kinds[0] if kinds else None)
