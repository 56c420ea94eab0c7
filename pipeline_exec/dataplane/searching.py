"""Searching texts by users' patterns, within bounds of time.

RE2 takes linear time whatever the pattern, but the line may be steep: at worst it tries each step of a pattern at each
byte of a text, and within a call nothing interrupts it. So texts are searched piece by piece, and the clock is looked
at between two of them; a text that is a piece by itself is refused where its length alone promises too much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import thread_time
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.patterns import steps
from pipeline_exec.dataplane.text import Offsets, bytes_of, cut

PATIENCE: Final = 10.0
"""Seconds of the processor for one pattern and one batch; an honest one takes a quarter for a million cells."""
PIECE: Final = 2**18
"""Bytes searched without looking at the clock, unless a single text has more; at worst they take a few seconds."""
MOST_WORK: Final = 2**30
"""Bytes of a text times steps of a pattern; so much takes ten to seventeen seconds at worst."""


def in_time(search: Callable[[pa.StringArray], pa.Array], text: pa.StringArray, pattern: str) -> pa.Array:
    """What a search makes of each text, as if it were asked for all of them at once.

    Args:
        search: Something done with the pattern that has an outcome for each text.
        text: One batch.
        pattern: As the user wrote it.

    Raises:
        ValueError: it takes too long; the message is a sentence without its full stop, which quotes pattern and text.
    """
    places, _ = bytes_of(text)
    if places[-1] <= PIECE:
        return search(text)
    refuse_endless(text, pattern)
    ends = thread_time() + PATIENCE
    found: list[pa.Array] = []
    for begin, end in _pieces(places):
        piece = text.slice(begin, end - begin)
        found.append(search(piece))
        if thread_time() > ends:
            raise ValueError(f"{_too_long(pattern)} in texts such as {_quoted(_longest(piece))}")
    return pa.concat_arrays(found)


def refuse_endless(text: pa.StringArray, pattern: str) -> None:
    """Return if no text is so long that searching it once may take too long.

    Raises:
        ValueError: as ``in_time``.
    """
    longest, most = _longest(text), MOST_WORK // max(steps(pattern), 1)
    if (size := len(longest.encode())) > most:
        raise ValueError(
            f"{_too_long(pattern)} in a text of {size:,} bytes, {_quoted(longest)}; "
            f"of its size, {steps(pattern)} steps, it may search {most:,}"
        )


def _pieces(places: Offsets) -> Iterator[tuple[int, int]]:
    """Where pieces begin and end, each of one text at least, and of no more bytes than may be if it has several."""
    begin = 0
    while begin < len(places) - 1:
        end = int(np.searchsorted(places, int(places[begin]) + PIECE, side="right")) - 1
        end = max(end, begin + 1)
        yield begin, end
        begin = end


def _longest(text: pa.StringArray) -> str:
    lengths = pc.fill_null(pc.binary_length(text), 0)
    return text[int(np.argmax(lengths))].as_py() or ""


def _too_long(pattern: str) -> str:
    return f"the pattern {cut(pattern)!r} takes too long"


def _quoted(text: str) -> str:
    return repr(cut(text))
