"""Batches of rows for requests: of so many rows and so many bytes, the same however the rows come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.connectors.row_texts import RowTexts
from pipeline_exec.errors import DestinationSizeLimit
from pipeline_exec.ports import Limits

#: Bytes in front of a batch that is set aside, for its length.
_LENGTH_BYTES = 8


@dataclass(frozen=True)
class Cut:
    """Where one batch ends and the next begins."""

    rows: int
    """Most rows of a batch."""
    size: int
    """Most bytes of its body; a row that is larger is a batch of its own."""

    def batches(self, batches: Iterable[pa.RecordBatch], texts: RowTexts) -> Iterator[pa.StringArray]:
        """The texts of the rows, batch by batch. No more is held than one batch and as many rows again."""
        room = self.size - len(texts.before.encode()) - len(texts.after.encode()) + len(texts.between)
        pending = pa.array([], pa.string())
        for batch in batches:
            for start in range(0, batch.num_rows, self.rows):
                pending = pa.concat_arrays([pending, texts.texts(batch.slice(start, self.rows))])
                while (fitting := self._fitting(pending, room, len(texts.between))) < len(pending):
                    yield pending.slice(0, fitting)
                    pending = pending.slice(fitting)
        if len(pending):
            yield pending

    def _fitting(self, pending: pa.StringArray, room: int, between: int) -> int:
        lengths = np.asarray(pc.binary_length(pending.slice(0, self.rows)), np.int64) + between
        return max(1, int(np.searchsorted(np.cumsum(lengths), room, side="right")))


def within(limits: Limits, batches: Iterable[pa.StringArray], texts: RowTexts, host: str) -> Iterator[bytes]:
    """The bodies of batches, all of them set aside until it is known that they keep the limits.

    Raises:
        DestinationSizeLimit: they do not; before the first comes out.
    """
    if limits == Limits():
        yield from map(texts.body, batches)
        return
    rows = size = 0
    with TemporaryFile() as aside:
        for batch in batches:
            body = texts.body(batch)
            rows, size = rows + len(batch), size + len(body)
            _enforce(limits.max_rows, rows, "rows", host)
            _enforce(limits.max_file_size, size, "bytes", host)
            aside.write(len(body).to_bytes(_LENGTH_BYTES, "big") + body)
        aside.seek(0)
        while length := aside.read(_LENGTH_BYTES):
            yield aside.read(int.from_bytes(length, "big"))


def _enforce(limit: int | None, found: int, unit: str, host: str) -> None:
    if limit is not None and found > limit:
        raise DestinationSizeLimit(
            f"The result has more than the {limit:,} {unit} that {host} takes.",
            f"Nothing was sent there. Raise the connector's limit of {unit}, or split the input.",
        )
