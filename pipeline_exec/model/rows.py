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
        return self.part(0, limit)

    def part(self, offset: int, limit: int) -> Rows:
        """At most ``limit`` rows behind the first ``offset``; nothing behind them is read."""
        return Rows(self.schema, _Each(lambda: _part(self.batches, offset, limit)))

    def watched(self, seen: Callable[[pa.RecordBatch], None]) -> Rows:
        """The same rows; ``seen`` is called with each batch as it passes."""
        return Rows(self.schema, _Each(lambda: _watched(self.batches, seen)))

    def followed_by(self, done: Callable[[], None]) -> Rows:
        """The same rows; ``done`` is called when the last of them has passed."""
        return Rows(self.schema, _Each(lambda: _followed(self.batches, done)))


@dataclass(frozen=True)
class _Each:
    """Made anew at each iteration."""

    make: Callable[[], Iterator[pa.RecordBatch]]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self.make()


def _part(batches: Iterable[pa.RecordBatch], offset: int, limit: int) -> Iterator[pa.RecordBatch]:
    if limit <= 0:
        return
    for batch in batches:
        if offset < batch.num_rows:
            part = batch.slice(offset, limit)
            limit -= part.num_rows
            yield part
            if not limit:
                return
        offset = max(offset - batch.num_rows, 0)


def _watched(batches: Iterable[pa.RecordBatch], seen: Callable[[pa.RecordBatch], None]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        seen(batch)
        yield batch


def _followed(batches: Iterable[pa.RecordBatch], done: Callable[[], None]) -> Iterator[pa.RecordBatch]:
    yield from batches
    done()
