"""A plain copy of a CSV with dlt, folder to folder; runs in the rivals' environment.

``rows`` is the reader its documentation begins with; ``arrow`` has DuckDB parse the file and passes its tables through.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

os.environ["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"] = "true"

import dlt
from dlt.sources.filesystem import filesystem, read_csv, read_csv_duckdb

CHUNK_ROWS = 100_000


def copy(variant: str, source: Path, folder: Path) -> None:
    reader = read_csv_duckdb(use_pyarrow=True, chunk_size=CHUNK_ROWS)
    if variant == "rows":
        reader = read_csv(chunksize=CHUNK_ROWS, dtype=str)
    rows = (filesystem(bucket_url=source.parent.as_uri(), file_glob=source.name) | reader).with_name("orders")
    pipeline = dlt.pipeline(
        "orders",
        destination=dlt.destinations.filesystem(bucket_url=(folder / "out").as_uri()),
        pipelines_dir=str(folder / "pipelines"),
        dataset_name="bench",
    )
    pipeline.run(rows, loader_file_format="csv")


def peak_mb():
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024


if __name__ == "__main__":
    chosen, from_path, to_folder = sys.argv[1:]
    begun = time.perf_counter()
    copy(chosen, Path(from_path), Path(to_folder))
    print(json.dumps({"seconds": time.perf_counter() - begun, "peak_mb": peak_mb()}))
