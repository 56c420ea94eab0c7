"""Replacing every match of a pattern, within bounds of time.

RE2 reads on behind a match while a better one may follow: ``x*y|x`` reads a text of nothing but x to its end for each
of its characters. Arrow cannot be interrupted there, so long texts are replaced match by match, watching the clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import thread_time
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import re2

from pipeline_exec.dataplane.patterns import compiled
from pipeline_exec.dataplane.searching import in_time, refuse_endless
from pipeline_exec.dataplane.text import cut
from pipeline_exec.dataplane.transformations.step import refuse_too_large

LONG: Final = 2**15
"""Bytes of a text that is replaced match by match; shorter ones take no more than a second each."""
PATIENCE: Final = 2.5
"""Seconds of the processor for each megabyte of a batch's long texts; an honest pattern takes half of it."""
LEAST_PATIENCE: Final = 10.0
"""Seconds for all of them, however little they are."""


def replaced(text: pa.StringArray, pattern: str, replacement: str, *, patience: float | None = None) -> pa.StringArray:
    r"""Every match of the pattern by the replacement, in which ``\1`` stands for the first group.

    Raises:
        ValueError: it takes too long; the message is a sentence without its full stop.
        ArrowCapacityError: there is too much of it.
    """
    is_long = are_long(text)
    if not is_long.true_count:
        return _replaced_at_once(text, pattern, replacement)
    outcome = _replaced_at_once(pc.if_else(is_long, None, text), pattern, replacement)
    long = text.filter(is_long)
    refuse_endless(long, pattern)
    patience = max(PATIENCE * long.nbytes / 1e6, LEAST_PATIENCE) if patience is None else patience
    replacing = _Replacing(pattern, replacement, thread_time() + patience)
    return pc.replace_with_mask(outcome, is_long, pa.array(map(replacing, long.to_pylist()), pa.string()))


def are_long(text: pa.StringArray) -> pa.BooleanArray:
    """Which texts are replaced match by match."""
    return pc.fill_null(pc.greater(pc.binary_length(text), LONG), False)


def _replaced_at_once(text: pa.StringArray, pattern: str, replacement: str) -> pa.StringArray:
    return in_time(lambda piece: pc.replace_substring_regex(piece, pattern, replacement), text, pattern)


class _Replacing:
    """What becomes of the long texts of one batch."""

    def __init__(self, pattern: str, replacement: str, ends: float) -> None:
        self._shown, self._ends, self._made = cut(pattern), ends, 0
        # Texts are searched as bytes: places in them cost nothing to find.
        self._pattern = compiled(pattern)
        self._pieces = _PIECE.findall(replacement.encode())

    def __call__(self, text: str) -> str:
        return b"".join(self._counted(text.encode())).decode()

    def _counted(self, data: bytes) -> Iterator[bytes]:
        for part in self._parts(data):
            self._made += len(part)
            refuse_too_large(self._made)
            yield part

    def _parts(self, data: bytes) -> Iterator[bytes]:
        done = -1
        for match in self._pattern.finditer(data):
            begin, end = match.span()
            # Nothing is matched right behind a match, or within a character.
            if begin == end and (begin == done or b"\x80" <= data[begin : begin + 1] < b"\xc0"):
                continue
            yield data[max(done, 0) : begin]
            yield from self._instead_of(match)
            done = end
            self._hurry(data)
        yield data[max(done, 0) :]

    def _hurry(self, data: bytes) -> None:
        if thread_time() > self._ends:
            text = cut(data[:LONG].decode(errors="ignore"))
            raise ValueError(f"the pattern {self._shown!r} takes too long in {text!r}, which it reads again and again")

    def _instead_of(self, match: re2._Match) -> Iterator[bytes]:
        for literal, backslash, group in self._pieces:
            yield (match[int(group)] or b"") if group else literal or backslash


_PIECE: Final = re.compile(rb"([^\\]+)|\\(?:(\\)|([0-9]))")
