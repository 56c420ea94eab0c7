"""Whether a block of bytes is written as its syntax says, so that Arrow's parser reads it as it is meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline_exec.formats.delimited.syntax import UNIT, Syntax

_Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sound:
    """The part of a block that is sound."""

    end: int
    """How many bytes: whole records. 0 when the first record is none that Arrow may read."""
    meets_trouble: bool
    """Whether the sound part ends because what follows is not sound, and not because the block ends."""


def sound_part(block: bytes, syntax: Syntax, *, whole: bool) -> Sound:
    """As many whole records at the beginning of a block as are sound.

    Args:
        block: Begins with a record.
        syntax: How it should be written.
        whole: Whether nothing follows.
    """
    if _is_beyond_arrow(block, syntax):
        return Sound(0, True)
    quotes = _quotes(block, syntax)
    trouble = _first_trouble(block, syntax, quotes, whole)
    if trouble is None and whole:
        return Sound(len(block), False)
    return Sound(_record_end(block, quotes, len(block) if trouble is None else trouble), trouble is not None)


def _is_beyond_arrow(block: bytes, syntax: Syntax) -> bool:
    if len(syntax.separator.encode()) > 1 and UNIT.encode() in block:
        return True
    if syntax.record_end and any(end in block.replace(syntax.record_end.encode(), b"") for end in (b"\r", b"\n")):
        return True
    escape = (syntax.escape or "").encode()
    return bool(escape) and (escape * 2 in block or escape + syntax.separator.encode() in block)


def _quotes(block: bytes, syntax: Syntax) -> _Places:
    """Where the quotes stand that open or close; every second one closes."""
    quote = (syntax.quote or "").encode()
    if not quote or quote not in block:
        return np.empty(0, np.int64)
    places = np.flatnonzero(np.frombuffer(block, np.uint8) == quote[0])
    if syntax.escape and (escape := syntax.escape.encode()) in block:
        places = places[_bytes_at(block, places - 1) != escape[0]]
    return places


def _bytes_at(block: bytes, places: _Places) -> npt.NDArray[np.uint8]:
    """The bytes at some places, in their order; a line feed in front of the block."""
    found = np.frombuffer(block, np.uint8)[places]
    if len(places) and places[0] < 0:
        found[0] = 10
    return found


def _first_trouble(block: bytes, syntax: Syntax, quotes: _Places, whole: bool) -> int | None:
    """Where the first quote stands that is not where it should be; None when there is none."""
    if not len(quotes):
        return None
    separator = syntax.separator.encode()
    quote = ord(syntax.quote or "\0")
    opening, closing = quotes[0::2], quotes[1::2]
    before = _among(separator[-1], quote)[_bytes_at(block, opening - 1)]
    # What follows the last byte is not known, or it is the end.
    follows = closing[:-1] if len(closing) and closing[-1] + 1 == len(block) else closing
    behind = _among(separator[0], quote)[_bytes_at(block, follows + 1)]
    wrong = [*opening[~before][:1], *follows[~behind][:1], *_misplaced_escapes(block, syntax, quotes)]
    if whole and len(quotes) % 2:
        wrong.append(quotes[-1])
    return int(min(wrong)) if wrong else None


def _among(separator: int, quote: int) -> npt.NDArray[np.bool_]:
    """For each byte whether it may stand beside a quoted cell."""
    found = np.zeros(256, np.bool_)
    found[[separator, quote, 10, 13]] = True
    return found


def _misplaced_escapes(block: bytes, syntax: Syntax, quotes: _Places) -> list[int]:
    """Where the first quote is escaped outside of quotes."""
    if not syntax.escape or not syntax.quote or (escaped := (syntax.escape + syntax.quote).encode()) not in block:
        return []
    data = np.frombuffer(block, np.uint8)
    places = np.flatnonzero((data[:-1] == escaped[0]) & (data[1:] == escaped[1]))
    outside = places[np.searchsorted(quotes, places) % 2 == 0]
    return [int(place) for place in outside[:1]]


def _record_end(block: bytes, quotes: _Places, limit: int) -> int:
    """Where the last record ends that ends before a place, with its line break; 0 when none does."""
    while limit > 0:
        # A \r at the end may be half of a \r\n.
        feed, carriage = block.rfind(b"\n", 0, limit), block.rfind(b"\r", 0, min(limit, len(block) - 1))
        at = max(feed, carriage if block[carriage + 1 : carriage + 2] != b"\n" else -1)
        if at < 0:
            return 0
        opened = int(np.searchsorted(quotes, at))
        if opened % 2 == 0:
            return at + 1
        limit = int(quotes[opened - 1])
    return 0
