"""Made-up orders: ten columns of text, numbers, dates, a category and an e-mail address."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

BATCH_ROWS = 250_000

COLUMNS = [
    {"key": "order_id", "column_type": "int", "required": True},
    {"key": "customer", "required": True, "validations": [{"type": "LENGTH", "min": 3, "max": 40}]},
    {"key": "email", "column_type": "email"},
    {"key": "sku", "validations": [{"type": "REGEX", "pattern": "^[A-Z]{3}-[0-9]{5}$"}]},
    {"key": "quantity", "column_type": "int", "validations": [{"type": "MIN", "value": 1}]},
    {"key": "price", "column_type": "decimal", "validations": [{"type": "MAX", "value": 100000}]},
    {
        "key": "status",
        "column_type": "category",
        "options": [{"label": name, "value": name} for name in ("open", "paid", "shipped", "returned")],
    },
    {"key": "ordered_on", "column_type": "date"},
    {"key": "weight", "column_type": "float"},
    {"key": "note"},
]

MAPPINGS = [
    {"source_columns": [column["key"]], "target_column": column["key"], "transformations": [{"type": "TRIM"}]}
    for column in COLUMNS
]


WRONG = {
    "email": "nobody",
    "sku": "abc",
    "quantity": "many",
    "price": "n/a",
    "status": "lost",
    "ordered_on": "2024-02-31",
    "weight": "heavy",
}
"""A cell of each column that does not belong there."""


def write(path: Path, rows: int, erroneous: int = 0) -> None:
    """Write a CSV of so many rows; of every ``erroneous`` of them one has a wrong cell, none where that is 0."""
    batches = (_spoilt(batch, erroneous) if erroneous else batch for batch in batches_of(rows))
    first = next(batches)
    with pacsv.CSVWriter(path, first.schema, write_options=pacsv.WriteOptions(quoting_style="needed")) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


def write_jsonl(path: Path, rows: int) -> None:
    """The same rows as JSON lines, every cell a string."""
    with path.open("wb") as file:
        for batch in batches_of(rows):
            cells = [
                pc.binary_join_element_wise(f'"{key}":"', batch.column(key), '"', "") for key in batch.schema.names
            ]
            lines = pc.binary_join_element_wise("{", pc.binary_join_element_wise(*cells, ","), "}\n", "")
            file.write("".join(lines.to_pylist()).encode())


def write_parquet(path: Path, rows: int) -> None:
    """The same rows as Parquet, every cell a string."""
    with pq.ParquetWriter(path, next(batches_of(1)).schema) as writer:
        for batch in batches_of(rows):
            writer.write_batch(batch)


def batches_of(rows: int) -> Iterator[pa.RecordBatch]:
    """The same rows each time, as text."""
    random = np.random.default_rng(20260101)
    for start in range(0, rows, BATCH_ROWS):
        yield _batch(random, start, min(BATCH_ROWS, rows - start))


def _batch(random: np.random.Generator, start: int, count: int) -> pa.RecordBatch:
    ids = pa.array(np.arange(start, start + count)).cast(pa.string())
    people = pa.array(random.integers(0, 50_000, count)).cast(pa.string())
    days = pa.array(random.integers(15_000, 20_000, count).astype("datetime64[D]"))
    cents = random.integers(100, 999_999, count)
    statuses = pa.array(["open", "paid", "shipped", "returned"])
    return pa.RecordBatch.from_pydict(
        {
            "order_id": ids,
            "customer": pc.binary_join_element_wise(" Customer", people, " "),
            "email": pc.binary_join_element_wise("person", people, pa.scalar("@example.com"), ""),
            "sku": pc.binary_join_element_wise("ABC-", pc.utf8_lpad(people, 5, "0"), ""),
            "quantity": pa.array(random.integers(1, 100, count)).cast(pa.string()),
            "price": pa.array(cents / 100).cast(pa.string()),
            "status": statuses.take(pa.array(random.integers(0, 4, count))),
            "ordered_on": pc.strftime(days, format="%Y-%m-%d"),
            "weight": pa.array(np.round(random.random(count) * 50, 3)).cast(pa.string()),
            "note": pc.binary_join_element_wise("note", people, " "),
        }
    )


def _spoilt(batch: pa.RecordBatch, erroneous: int) -> pa.RecordBatch:
    turn = np.arange(batch.num_rows) // erroneous % len(WRONG)
    is_wrong = np.arange(batch.num_rows) % erroneous == 0
    for number, (key, wrong) in enumerate(WRONG.items()):
        spoilt = pc.if_else(pa.array(is_wrong & (turn == number)), wrong, batch.column(key))
        batch = batch.set_column(batch.schema.get_field_index(key), key, spoilt)
    return batch
