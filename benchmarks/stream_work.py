"""One piece of work of the streams benchmark; prints seconds and peak megabytes."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import orders
from benchmarks.children import report
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions

#: The columns that are no text in files that have types.
TYPES = {
    "order_id": pa.int64(),
    "quantity": pa.int32(),
    "price": pa.float64(),
    "weight": pa.float64(),
    "ordered_on": pa.date32(),
}
UNQUOTED = ("order_id", "quantity", "price", "weight")


def make(path: Path, rows: int) -> int:
    WRITERS[path.suffix](path, orders.batches_of(rows))
    return rows


def ours(path: Path) -> int:
    parsed = FORMATS.read(path, path.name, ReadOptions())
    return sum(batch.num_rows for batch in parsed.rows)


def ijson(path: Path) -> int:
    import ijson

    with path.open("rb") as file:
        return sum(len(record) > 0 for record in ijson.items(file, "item"))


def pandas_json(path: Path) -> int:
    import pandas as pd

    return sum(len(frame) for frame in pd.read_json(path, lines=True, chunksize=50_000, dtype=False))


def pandas_xml(path: Path) -> int:
    import pandas as pd

    return len(pd.read_xml(path, iterparse={"order": list(orders.batches_of(1).__next__().schema.names)}))


def pyarrow_parquet(path: Path) -> int:
    """No text is made of it."""
    return sum(batch.num_rows for batch in pq.ParquetFile(path).iter_batches())


def _json_lines(path: Path, batches: Iterator[pa.RecordBatch]) -> None:
    _write(path, map(_objects, batches), "", "\n", "\n")


def _json(path: Path, batches: Iterator[pa.RecordBatch]) -> None:
    _write(path, map(_objects, batches), "[", ", ", "]")


def _xml(path: Path, batches: Iterator[pa.RecordBatch]) -> None:
    begins = '<?xml version="1.0" encoding="UTF-8"?>\n<orders>\n'
    _write(path, map(_elements, batches), begins, "\n", "\n</orders>\n")


def _parquet(path: Path, batches: Iterator[pa.RecordBatch]) -> None:
    names = next(orders.batches_of(1)).schema.names
    schema = pa.schema([(name, TYPES.get(name, pa.string())) for name in names])
    with pq.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))


def _objects(batch: pa.RecordBatch) -> pa.StringArray:
    pieces: list[pa.Array | str] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        quote = "" if name in UNQUOTED else '"'
        pieces += [f"{', ' if pieces else '{'}{json.dumps(name)}: {quote}", column, quote]
    return pc.binary_join_element_wise(*pieces, "}", "")


def _elements(batch: pa.RecordBatch) -> pa.StringArray:
    pieces: list[pa.Array | str] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        pieces += [f"    <{name}>", column, f"</{name}>\n"]
    return pc.binary_join_element_wise("  <order>\n", *pieces, "  </order>", "")


def _write(path: Path, batches: Iterator[pa.StringArray], begins: str, between: str, ends: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(begins)
        for number, batch in enumerate(batches):
            file.write((between if number else "") + between.join(batch.to_pylist()))
        file.write(ends)


WRITERS = {".jsonl": _json_lines, ".json": _json, ".xml": _xml, ".parquet": _parquet}
WORK = {
    "make": make,
    "ours": ours,
    "ijson": ijson,
    "pandas_json": pandas_json,
    "pandas_xml": pandas_xml,
    "pyarrow_parquet": pyarrow_parquet,
}

if __name__ == "__main__":
    work, name, *rows = sys.argv[1:]
    begun = time.perf_counter()
    report(begun, rows=WORK[work](Path(name), *map(int, rows)))
