"""Rows: a stream of Arrow record batches under one schema, never held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Rows:
    """Record batches that arrive one after the other; to be iterated as often as ``batches`` can be."""

    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return iter(self.batches)

    def head(self, limit: int) -> Rows:
        """The first ``limit`` rows; nothing behind them is read."""
        return Rows(self.schema, _Each(lambda: _head(self.batches, limit)))

    def watched(self, seen: Callable[[pa.RecordBatch], None]) -> Rows:
        """The same rows; ``seen`` is called with each batch as it passes."""
        return Rows(self.schema, _Each(lambda: _watched(self.batches, seen)))


@dataclass(frozen=True)
class _Each:
    """Made anew at each iteration."""

    make: Callable[[], Iterator[pa.RecordBatch]]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self.make()


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
