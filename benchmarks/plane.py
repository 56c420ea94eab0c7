"""CSV to CSV, ten columns trimmed, mapped, cast and checked, staged between the stages; beside a raw Arrow copy."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import orders

MILLION = 1_000_000
SIZES = (1, 10)


def measure(folder: Path) -> Iterator[str]:
    for size in SIZES:
        source = folder / f"orders{size}.csv"
        orders.write(source, size * MILLION)
        megabytes = source.stat().st_size / 1e6
        raw_seconds, raw_peak = _child("raw_copy", source, folder / "raw.csv")
        seconds, peak = _child("pipeline", source, folder)
        rows = size * MILLION
        yield (
            f"{size:>3} M rows, {megabytes:,.0f} MB: "
            f"{rows / seconds:,.0f} rows/s in {seconds:.2f} s, peak {peak:,.0f} MB; "
            f"raw Arrow copy {rows / raw_seconds:,.0f} rows/s in {raw_seconds:.2f} s, peak {raw_peak:,.0f} MB; "
            f"ratio {seconds / raw_seconds:.1f}"
        )
        source.unlink()


def _child(work: str, *paths: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one piece of work in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.plane_work", work, *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)
