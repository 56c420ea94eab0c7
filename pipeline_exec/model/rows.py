"""Rows: a stream of Arrow record batches under one schema. Consumed once, never held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Rows:
    """Record batches that arrive one after the other; iterate once."""

    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return iter(self.batches)

    def head(self, limit: int) -> Rows:
        """The first ``limit`` rows; nothing behind them is read."""
        return Rows(self.schema, _head(self.batches, limit))

    def watched(self, seen: Callable[[pa.RecordBatch], None]) -> Rows:
        """The same rows; ``seen`` is called with each batch as it passes."""
        return Rows(self.schema, _watched(self.batches, seen))


def _head(batches: Iterable[pa.RecordBatch], limit: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if limit <= 0:
            return
        yield batch.slice(0, limit)
        limit -= batch.num_rows


def _watched(batches: Iterable[pa.RecordBatch], seen: Callable[[pa.RecordBatch], None]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        seen(batch)
        yield batch
