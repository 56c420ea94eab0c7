"""Rows in files: how rows are staged between stages, as Arrow IPC files read back batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline_exec.model.rows import Rows


def write_rows(rows: Rows, path: Path) -> int:
    """Write all rows, batch by batch, each while the next is made; answers how many there were."""
    count, written = 0, _nothing()
    with (
        pa.OSFile(str(path), "wb") as file,
        pa.ipc.new_file(file, rows.schema) as writer,
        ThreadPoolExecutor(1, "staging") as aside,
    ):
        for batch in rows:
            written.result()
            written = aside.submit(writer.write_batch, batch)
            count += batch.num_rows
        written.result()
    return count


def read_rows(path: Path) -> Rows:
    """The rows of a file, a batch at a time as they are iterated; as often as wanted."""
    with pa.OSFile(str(path)) as file:
        schema = pa.ipc.open_file(file).schema
    return Rows(schema, _FileBatches(path))


def _nothing() -> Future[None]:
    done: Future[None] = Future()
    done.set_result(None)
    return done


@dataclass(frozen=True)
class _FileBatches:
    path: Path

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        # Not mapped into memory: mapped pages count as the process's own until the system wants them back, so that a
        # worker would seem to grow with its file, and a container's limit could end it.
        with pa.OSFile(str(self.path)) as file:
            reader = pa.ipc.open_file(file)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)
