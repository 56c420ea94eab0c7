"""Columns of text as bytes."""

from __future__ import annotations

import pyarrow as pa


def text_bytes(pieces: pa.StringArray) -> memoryview:
    """The pieces one after the other, in UTF-8, as Arrow holds them. None of them is null."""
    if not len(pieces):
        return memoryview(b"")
    _, offsets, data = pieces.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(data)[ends[pieces.offset] : ends[pieces.offset + len(pieces)]]
