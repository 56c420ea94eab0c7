"""Reading: JSON and XML of 500 MB, JSON lines and Parquet of 1 and 20 million rows, beside others on a part of them.

``--part 0.1`` makes all files as much smaller; ``--formats json xml jsonl parquet`` chooses among them.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import Cost, cost_of

MILLION = 1_000_000
LIMIT_MB, APART_MB = 600, 100


@dataclass(frozen=True)
class Series:
    """One format, in files of different sizes."""

    rows: tuple[int, ...]
    rival: str
    rival_rows: int
    """So that the rival ends soon enough, and has memory enough."""


SERIES = {
    "json": Series((2_200_000,), "ijson", 400_000),
    "xml": Series((1_480_000,), "pandas_xml", 200_000),
    "jsonl": Series((MILLION, 20 * MILLION), "pandas_json", MILLION),
    "parquet": Series((MILLION, 20 * MILLION), "pyarrow_parquet", 20 * MILLION),
}


def measure(folder: Path, *options: str) -> Iterator[str]:
    asked = _options(options)
    for extension in asked.formats:
        series = SERIES[extension]
        path = folder / f"orders.{extension}"
        peaks = []
        for rows in series.rows:
            _child("make", path, int(rows * asked.part))
            cost = _child("ours", path)
            peaks.append(cost.peak_mb)
            yield _line("ours", path, cost)
        rows = int(series.rival_rows * asked.part)
        if rows != int(series.rows[-1] * asked.part):
            _child("make", path, rows)
        yield _line(series.rival, path, _child(series.rival, path))
        yield _verdict(peaks)
        path.unlink()


def _options(options: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks streams")
    parser.add_argument("--formats", nargs="+", default=list(SERIES), choices=SERIES)
    parser.add_argument("--part", type=float, default=1.0)
    return parser.parse_args(options)


def _child(work: str, path: Path, *rows: int) -> Cost:
    return cost_of([sys.executable, "-m", "benchmarks.stream_work", work, path, *rows])


def _line(who: str, path: Path, cost: Cost) -> str:
    rows, megabytes = int(cost.said["rows"]), path.stat().st_size / 1e6
    return (
        f"  {path.suffix[1:]:<8}{who:<16}{rows:>12,} rows {megabytes:>7,.0f} MB {cost.seconds:>8.1f} s"
        f"{rows / cost.seconds:>12,.0f} rows/s, peak {cost.peak_mb:>6,.0f} MB"
    )


def _verdict(peaks: list[float]) -> str:
    most, apart = max(peaks), max(peaks) - min(peaks)
    sizes = f", sizes {apart:,.0f} MB apart ({'under' if apart < APART_MB else 'NOT under'} {APART_MB})"
    return f"    at most {most:,.0f} MB ({'under' if most < LIMIT_MB else 'NOT under'} {LIMIT_MB})" + (
        sizes if len(peaks) > 1 else ""
    )
