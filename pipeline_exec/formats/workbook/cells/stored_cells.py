"""Cells as a workbook stores them: where each is, of what kind, in which style, and its text in the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Integers = npt.NDArray[np.int64]


class Kind(IntEnum):
    """What the stored text of a cell means (ECMA-376 part 1, 18.18.11)."""

    NUMBER = 0
    """A number; a date or time where its style says so."""
    SHARED = 1
    """The 0-based place of a text among those the sheets share."""
    TEXT = 2
    BOOLEAN = 3
    ERROR = 4
    """Such as ``#N/A``."""
    ISO_DATE = 5
    FORMULA = 6
    """A formula of which no value is stored, without the ``=`` in front."""


#: By the attribute ``t`` of a cell.
KINDS: Final = {
    "n": Kind.NUMBER,
    "s": Kind.SHARED,
    "str": Kind.TEXT,
    "inlineStr": Kind.TEXT,
    "b": Kind.BOOLEAN,
    "e": Kind.ERROR,
    "d": Kind.ISO_DATE,
}


@dataclass(frozen=True)
class StoredCells:
    """Filled cells of whole rows, row after row."""

    rows: Integers
    """The 1-based number of each cell's row; it never falls."""
    columns: Integers
    """The 1-based number of each cell's column."""
    kinds: npt.NDArray[np.uint8]
    styles: Integers
    texts: pa.StringArray

    def __len__(self) -> int:
        return len(self.rows)


Bytes = npt.NDArray[np.uint8]


def texts_between(data: Bytes, starts: Integers, ends: Integers, firsts: Integers | None = None) -> pa.StringArray:
    """The bytes from each start to its end as texts.

    Args:
        data: The bytes.
        starts: Where each begins.
        ends: Where each ends.
        firsts: With which of them each text begins, the others being more of the same; with each when not given.

    Raises:
        pa.ArrowInvalid: they are not UTF-8.
    """
    lengths = ends - starts
    offsets = np.zeros(len(starts) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    places = np.repeat(starts - offsets[:-1], lengths)
    places += np.arange(len(places))
    if firsts is not None:
        offsets = offsets[np.append(firsts, len(starts))]
    buffers: list[Any] = [None, pa.py_buffer(offsets), pa.py_buffer(data[places])]
    texts = pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)
    texts.validate(full=True)
    return texts
