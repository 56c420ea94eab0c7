"""Findings in files: the first of them are kept, all of them are counted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.dataplane.tally import Tally
from pipeline_exec.model.rows import Rows
from pipeline_exec.services.rows_files import read_rows

_KINDS: Final = "kinds"


@dataclass(frozen=True)
class Findings:
    """The erroneous cells of an execution, read as they are asked for."""

    total: int
    """How many there are; of very many not all are kept."""
    kinds: Sequence[tuple[str, str, int]]
    """Column, code and number of all, the most frequent first."""
    rows: Rows
    """Those that are kept, as ``dataplane.findings`` describes them."""

    @property
    def kept(self) -> int:
        """How many are kept; they are read for it."""
        return sum(batch.num_rows for batch in self.rows)

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """At most ``limit`` of those that are kept, behind the first ``offset``."""
        return [finding for batch in self.rows.part(offset, limit) for finding in batch.to_pylist()]


class FindingsFile:
    """A file of findings being written."""

    def __init__(self, writer: pa.RecordBatchWriter, most: int) -> None:
        self._writer, self._room = writer, most
        self.tally = Tally()
        """Of all findings so far."""

    def add(self, findings: pa.RecordBatch) -> None:
        """Count them, and keep as many as there is room for."""
        self.tally.add(findings)
        kept = findings.slice(0, self._room)
        if kept.num_rows:
            self._writer.write_batch(kept)
            self._room -= kept.num_rows

    def close(self) -> None:
        """Say behind them how many there were of each kind."""
        none = pa.RecordBatch.from_pylist([], FINDINGS)
        self._writer.write_batch(none, custom_metadata={_KINDS: json.dumps(self.tally.top())})


@contextmanager
def writing_findings(path: Path, most: int) -> Iterator[FindingsFile]:
    """A file for findings, whole when the block ends; no more than so many are kept in it."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, FINDINGS) as writer:
        file = FindingsFile(writer, most)
        yield file
        file.close()


def read_findings(path: Path) -> Findings:
    """The findings in a file."""
    kinds = _kinds(path)
    return Findings(total=sum(number for _, _, number in kinds), kinds=kinds, rows=read_rows(path))


def _kinds(path: Path) -> Sequence[tuple[str, str, int]]:
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        last = reader.num_record_batches - 1
        metadata = reader.get_batch_with_custom_metadata(last).custom_metadata if last >= 0 else None
    if metadata:
        return [(column, code, number) for column, code, number in json.loads(metadata[_KINDS])]
    return _counted(read_rows(path))


def _counted(rows: Rows) -> Sequence[tuple[str, str, int]]:
    """Of a file of before the kinds were written down, which keeps what it counts."""
    tally = Tally()
    for batch in rows:
        tally.add(batch)
    return tally.top()
