"""Pieces of work, each in a process of its own, with the seconds it took and the most memory it held."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a piece of work took."""

    seconds: float
    peak_mb: float
    said: dict[str, object] = field(default_factory=dict)
    """What the work itself reported."""
    was_ended: bool = False
    """Whether it was not done when the patience with it was at its end."""


def cost_of(command: Sequence[object], environment: Mapping[str, str] | None = None, patience: float = 3_600.0) -> Cost:
    """Run a command to its end, or end it after some seconds.

    A command whose last line is a JSON object reports about itself. ``seconds`` in it count instead of the whole
    process, whose start and imports are then left out, and ``peak_mb`` instead of what the system says, which is never
    less than this process holds.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    timer = threading.Timer(patience, process.kill)
    timer.start()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    elapsed = time.perf_counter() - begun
    if elapsed >= patience:
        return Cost(elapsed, usage.ru_maxrss / 1024, was_ended=True)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{output}")
    said = _report(output)
    return Cost(float(said.pop("seconds", elapsed)), float(said.pop("peak_mb", usage.ru_maxrss / 1024)), said)


def report(began: float, **said: object) -> None:
    """Print, as the last thing a command does, what it took since a moment of ``time.perf_counter``."""
    print(json.dumps({"seconds": time.perf_counter() - began, "peak_mb": peak_mb(), **said}))


def peak_mb() -> float:
    """The most memory this process held so far."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def _report(output: str) -> dict[str, object]:
    last = output.strip().rpartition("\n")[2]
    return json.loads(last) if last.startswith("{") else {}
