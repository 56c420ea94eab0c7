"""Text: what every cell is before it has a type. An empty cell is null; there is no empty text.

It is UTF-8. Readers see to that, with ``valid_text`` where their library does not, and no step or pattern of a user can
cut a character in two. Nothing else need expect Arrow to complain of a text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BeforeValidator

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

#: Longest value quoted in a message, in characters.
LONGEST_QUOTED = 60


def as_text(column: pa.Array) -> pa.StringArray:
    """A column of any kind of strings as plain text, empty cells as null."""
    return empty_as_null(column if column.type == pa.string() else column.cast(pa.string()))


def valid_text(column: pa.Array) -> pa.StringArray:
    """As ``as_text``, for strings that nobody has looked at yet.

    Raises:
        pa.ArrowInvalid: some of it is not UTF-8.
    """
    text = as_text(column)
    text.validate(full=True)
    return text


def empty_as_null(text: pa.StringArray) -> pa.StringArray:
    """The same text; what is empty is null."""
    is_empty = pc.equal(text, "")
    return pc.if_else(is_empty, None, text) if is_empty.true_count else text


def keep_where(condition: pa.BooleanArray, values: pa.Array) -> pa.Array:
    """The values where the condition is true, null elsewhere."""
    return pc.if_else(pc.fill_null(condition, False), values, None)


def bytes_of(text: pa.StringArray) -> tuple[Offsets, Bytes]:
    """The bytes of a column, one cell after the other, and where in them each cell begins and the last ends."""
    _, offsets, data = text.buffers()
    if len(text) == 0 or data is None:
        return np.zeros(len(text) + 1, np.int32), np.empty(0, np.uint8)
    places = np.frombuffer(offsets, np.int32, len(text) + 1, offset=4 * text.offset)
    return places - places[0], np.frombuffer(data, np.uint8)[places[0] : places[-1]]


def by_length(text: pa.StringArray, lengths: Iterable[int]) -> Iterator[tuple[Places, Bytes]]:
    """The cells of each of these lengths in bytes: their places, and a matrix with a row for each of them.

    In such a matrix every part of a text of fixed shape stands in columns of its own. What no cell has is left out.
    """
    wanted = sorted({*lengths} - {0})
    found = pc.fill_null(pc.binary_length(text), 0).to_numpy()
    counts = np.bincount(np.minimum(found, wanted[-1] + 1), minlength=wanted[-1] + 1)
    for length in (length for length in wanted if counts[length]):
        places = np.flatnonzero(found == length)
        alike = text if len(places) == len(text) else text.take(pa.array(places))
        yield places, bytes_of(alike)[1].reshape(len(places), length)


def without_bytes(text: pa.StringArray, is_left_out: Mask) -> pa.StringArray:
    """The text without some of its bytes, as ``bytes_of`` lists them; whole characters, for it must stay text."""
    places, data = bytes_of(text)
    kept_before = np.zeros(len(data) + 1, np.int32)
    np.cumsum(~is_left_out, out=kept_before[1:])
    buffers = (pa.py_buffer(kept_before[places]), pa.py_buffer(data[~is_left_out]))
    shorter = pa.StringArray.from_buffers(len(text), *buffers)
    return pc.if_else(text.is_valid(), shorter, None) if text.null_count else shorter


def unread(text: pa.StringArray, values: pa.Array) -> pa.BooleanArray:
    """Where there is a text but no value was read from it."""
    if values.null_count == 0:
        return pa.repeat(False, len(text))
    return pc.and_(text.is_valid(), values.is_null())


def quoted(text: pa.StringArray) -> pa.StringArray:
    """Each text in quotes, cut to a length a person reads."""
    return concatenated("'", shortened(text), "'")


def shortened(text: pa.StringArray) -> pa.StringArray:
    """Each text cut to what is quoted of it, with an ellipsis where something was cut."""
    is_long = pc.greater(pc.utf8_length(text), LONGEST_QUOTED)
    if not is_long.true_count:
        return text
    return pc.if_else(is_long, concatenated(pc.utf8_slice_codeunits(text, 0, LONGEST_QUOTED), "…"), text)


def cut(text: str, most: int = LONGEST_QUOTED) -> str:
    """One text, ``shortened``; to another length when one is given."""
    return text if len(text) <= most else f"{text[:most]}…"


def concatenated(*pieces: pa.StringArray | str) -> pa.StringArray:
    """Pieces one after the other, row by row; a piece that is one text stands in every row."""
    return pc.binary_join_element_wise(*pieces, "")


def _scalar_text(value: object) -> object:
    return json.dumps(value) if isinstance(value, bool | int | float) else value


CellText = Annotated[str, BeforeValidator(_scalar_text)]
"""Text in a document; a number or a truth value stands for its text."""
