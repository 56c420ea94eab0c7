"""Whether a block of bytes is written as its syntax says, so that Arrow's parser reads it as it is meant."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline_exec.formats.delimited.bitmap import Bitmap, before, behind, between, first, holds, last, where
from pipeline_exec.formats.delimited.syntax import UNIT, Syntax


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
    quote = (syntax.quote or "").encode()
    if not quote or quote not in block:
        return Sound(len(block) if whole else _record_end(block, None, len(block)), False)
    quotes = _quotes(block, syntax)
    quoted = between(quotes)
    trouble = _first_trouble(block, syntax, quotes, quoted, whole)
    if trouble is None and whole:
        return Sound(len(block), False)
    return Sound(_record_end(block, quoted, len(block) if trouble is None else trouble), trouble is not None)


def _is_beyond_arrow(block: bytes, syntax: Syntax) -> bool:
    if len(syntax.separator.encode()) > 1 and UNIT.encode() in block:
        return True
    if syntax.record_end and any(end in block.replace(syntax.record_end.encode(), b"") for end in (b"\r", b"\n")):
        return True
    escape = (syntax.escape or "").encode()
    return bool(escape) and (escape * 2 in block or escape + syntax.separator.encode() in block)


def _quotes(block: bytes, syntax: Syntax) -> Bitmap:
    """Where the quotes stand that open or close; every second one closes."""
    quotes = where(block, (syntax.quote or "").encode())
    return quotes & ~behind(where(block, syntax.escape.encode())) if syntax.escape else quotes


def _first_trouble(block: bytes, syntax: Syntax, quotes: Bitmap, quoted: Bitmap, whole: bool) -> int | None:
    """Where the first quote stands that is not where it should be; None when there is none."""
    separator, others = syntax.separator.encode(), f"{syntax.quote}\n\r".encode()
    ahead = where(block, separator[:1] + others)
    back = ahead if len(separator) == 1 else where(block, separator[-1:] + others)
    # What follows the last byte is not known, or it is the end.
    opens, closes = behind(back, start=True), before(ahead, end=len(block))
    wrong = first((quotes & quoted & ~opens) | (quotes & ~quoted & ~closes) | _misplaced_escapes(block, syntax, quoted))
    if wrong is None and whole and holds(quoted, len(block) - 1):
        return last(quotes, len(block))
    return wrong


def _misplaced_escapes(block: bytes, syntax: Syntax, quoted: Bitmap) -> Bitmap:
    """Where quotes are escaped outside of quotes."""
    if not syntax.escape or not syntax.quote or (syntax.escape + syntax.quote).encode() not in block:
        return quoted & ~quoted
    escapes, quotes = where(block, syntax.escape.encode()), where(block, syntax.quote.encode())
    return escapes & before(quotes) & ~quoted


def _record_end(block: bytes, quoted: Bitmap | None, limit: int) -> int:
    """Where the last record ends that ends before a place, with its line break; 0 when none does."""
    while limit > 0:
        # A \r at the end may be half of a \r\n.
        feed, carriage = block.rfind(b"\n", 0, limit), block.rfind(b"\r", 0, min(limit, len(block) - 1))
        at = max(feed, carriage if block[carriage + 1 : carriage + 2] != b"\n" else -1)
        if at < 0:
            return 0
        if quoted is None or not holds(quoted, at):
            return at + 1
        outside = last(~quoted, at)
        limit = 0 if outside is None else outside + 1
    return 0
