"""Findings in files: the first of them are kept, all of them are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.model.rows import Rows
from pipeline_exec.services.rows_files import read_rows

_TOTAL: Final = "total"


@dataclass(frozen=True)
class Findings:
    """The erroneous cells of an execution, read as they are asked for."""

    total: int
    """How many there are; of very many not all are kept."""
    rows: Rows
    """Those that are kept, as ``dataplane.findings`` describes them."""


class FindingsFile:
    """A file of findings being written."""

    def __init__(self, writer: pa.RecordBatchWriter, most: int) -> None:
        self._writer, self._room, self._total = writer, most, 0

    def add(self, findings: pa.RecordBatch) -> None:
        """Count them, and keep as many as there is room for."""
        self._total += findings.num_rows
        kept = findings.slice(0, self._room)
        if kept.num_rows:
            self._writer.write_batch(kept)
            self._room -= kept.num_rows

    def close(self) -> None:
        """Say behind them how many there were."""
        none = pa.RecordBatch.from_pylist([], FINDINGS)
        self._writer.write_batch(none, custom_metadata={_TOTAL: str(self._total)})


@contextmanager
def writing_findings(path: Path, most: int) -> Iterator[FindingsFile]:
    """A file for findings, whole when the block ends; no more than so many are kept in it."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, FINDINGS) as writer:
        file = FindingsFile(writer, most)
        yield file
        file.close()


def read_findings(path: Path) -> Findings:
    """The findings in a file."""
    rows = read_rows(path)
    return Findings(_total(path), rows)


def _total(path: Path) -> int:
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        metadata = reader.get_batch_with_custom_metadata(reader.num_record_batches - 1).custom_metadata
        # One of before the total was written down holds them all.
        return int(metadata[_TOTAL]) if metadata else sum(batch.num_rows for batch in read_rows(path))
