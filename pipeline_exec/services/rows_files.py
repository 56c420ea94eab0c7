"""Rows in files: how rows are staged between stages, as Arrow IPC files that are read back without copying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline_exec.model.rows import Rows


def write_rows(rows: Rows, path: Path) -> int:
    """Write all rows, batch by batch; answers how many there were."""
    count = 0
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
        for batch in rows:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def read_rows(path: Path) -> Rows:
    """The rows of a file, mapped into memory as they are iterated; as often as wanted."""
    with pa.memory_map(str(path)) as file:
        schema = pa.ipc.open_file(file).schema
    return Rows(schema, _FileBatches(path))


@dataclass(frozen=True)
class _FileBatches:
    path: Path

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(self.path)) as file:
            reader = pa.ipc.open_file(file)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)
