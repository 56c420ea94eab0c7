"""``make bench``: run every benchmark, or the one named, with its options: ``python -m benchmarks plane --rivals``."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

TABLE = {
    "plane": "benchmarks.plane",
    "memory": "benchmarks.memory",
    "streams": "benchmarks.streams",
    "workbooks": "benchmarks.workbooks",
    "latency": "benchmarks.latency",
    "fuzz": "benchmarks.fuzz",
    "robustness": "benchmarks.robustness",
}
"""Each module's ``measure`` takes a folder to work in and the options given, and yields lines to print."""


def main() -> None:
    names, options = _split(sys.argv[1:])
    for name in names:
        module = import_module(TABLE[name])
        measure: Callable[..., Iterator[str]] = module.measure
        print(f"== {name}: {module.__doc__.splitlines()[0]}", flush=True)
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            for line in measure(Path(folder), *options):
                print(line, flush=True)
        print()


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The benchmarks named, all when none is, and the options behind them."""
    names = [*arguments]
    while names and names[-1] not in TABLE:
        names.pop()
    unknown = [name for name in names if name not in TABLE]
    if unknown or (arguments and not names):
        sys.exit(f"There is no such benchmark; there are {', '.join(TABLE)}.")
    return names or list(TABLE), arguments[len(names) :]


if __name__ == "__main__":
    main()
