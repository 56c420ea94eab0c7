"""``make bench``: run every benchmark, or those named: ``python -m benchmarks plane latency``."""

import sys
import tempfile
from pathlib import Path

from benchmarks import latency, plane

BENCHMARKS = {"plane": plane.measure, "latency": latency.measure}


def main() -> None:
    chosen = sys.argv[1:] or list(BENCHMARKS)
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            print(f"== {name}: {sys.modules[BENCHMARKS[name].__module__].__doc__.splitlines()[0]}")
            for line in BENCHMARKS[name](Path(folder)):
                print(line, flush=True)
            print()


if __name__ == "__main__":
    main()
