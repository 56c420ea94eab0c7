"""Columns of text as bytes of lines."""

from __future__ import annotations

import pyarrow as pa

from pipeline_exec.dataplane.text import concatenated


def line_bytes(lines: pa.StringArray, end: str = "\n") -> memoryview:
    """The lines one after the other, each with its end, in UTF-8; nothing is copied twice."""
    ended = concatenated(lines, end)
    return text_bytes(ended)


def text_bytes(pieces: pa.StringArray) -> memoryview:
    """The pieces one after the other, in UTF-8, as Arrow holds them. None of them is null."""
    if not len(pieces):
        return memoryview(b"")
    _, offsets, data = pieces.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(data)[ends[pieces.offset] : ends[pieces.offset + len(pieces)]]
