"""Others that move the same file, in an environment of their own: never among what the product installs.

``.bench-venv`` in the working directory is made on first use. A rival that cannot be had ends the benchmark with pip's
own words.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import Cost, cost_of

ENVIRONMENT = Path(".bench-venv")
PACKAGES = (
    "pandas==3.1.1",
    "pandera==0.35.0",
    "pyarrow==26.0.1",
    "duckdb",
    "dlt[filesystem]==1.31.0",
    # Its binary; the package `sling` only downloads one from elsewhere.
    "sling-linux-amd64==1.4.11",
)
HERE = Path(__file__).parent
SLOW = 1
"""Rounds of what takes minutes."""
PATIENCE = 300.0
"""Seconds for the work on one file."""


@dataclass(frozen=True)
class Contestant:
    """Does the work on a file in a folder, which it leaves as it was."""

    work: Callable[[Path, Path], Cost]
    rounds: int = 1_000

    def __call__(self, source: Path, folder: Path) -> Cost:
        own = folder / "rival"
        own.mkdir()
        try:
            return self.work(source, own)
        finally:
            shutil.rmtree(own)


def contestants() -> dict[str, Contestant]:
    """By name and version."""
    versions = _installed()
    pandas, pandera = versions["pandas"], versions["pandera"]
    return {
        f"pandera {pandera} on pandas {pandas}": Contestant(_python("rival_pandera.py", "decimal")),
        "the same, price a float": Contestant(_python("rival_pandera.py", "float")),
        "pandera as its documentation teaches": Contestant(_python("rival_pandera_taught.py", "float")),
        f"Sling {versions['sling-linux-amd64']}, copy only": Contestant(_sling),
        f"dlt {versions['dlt']}, copy only": Contestant(_python("rival_dlt.py", "rows"), SLOW),
        "the same through DuckDB and Arrow": Contestant(_python("rival_dlt.py", "arrow")),
    }


def _installed() -> dict[str, str]:
    if not (ENVIRONMENT / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    pip = [ENVIRONMENT / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *PACKAGES], check=True)
    frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    return dict(line.split("==") for line in frozen.split() if "==" in line)


def _python(script: str, variant: str) -> Callable[[Path, Path], Cost]:
    def work(source: Path, folder: Path) -> Cost:
        telemetry_off = {"RUNTIME__DLTHUB_TELEMETRY": "false", "HOME": str(folder)}
        command = [ENVIRONMENT / "bin" / "python", HERE / script, variant, source, folder]
        return cost_of(command, telemetry_off, PATIENCE)

    return work


def _sling(source: Path, folder: Path) -> Cost:
    binary = next(ENVIRONMENT.glob("lib/*/site-packages/sling_linux_amd64/bin/sling-linux-amd64"))
    binary.chmod(0o755)
    places = ["--src-stream", source.as_uri(), "--tgt-object", (folder / "out.csv").as_uri()]
    quiet = {"SLING_DISABLE_TELEMETRY": "true", "SLING_HOME_DIR": str(folder)}
    return cost_of([binary, "run", *places], quiet)
