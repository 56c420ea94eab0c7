"""Whether a text is arranged for the eye, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final

import numpy as np

from pipeline_exec.formats.delimited.arrangement import (
    SPACES,
    Aligned,
    Arrangement,
    Framed,
    Spaced,
    without_rules,
)
from pipeline_exec.formats.delimited.delimiter import detect_delimiter, hint
from pipeline_exec.formats.kinds import Kind, kind_of
from pipeline_exec.model.pipeline import ReadOptions

#: Lines that are looked at, the fewest that show columns, and characters of them.
_MOST_LINES: Final = 200
_LEAST_LINES: Final = 3
_CHARACTERS: Final = 1 << 15
_LONGEST_LINE: Final = 1_000


def arrangement_of(sample: str, options: ReadOptions) -> Arrangement | None:
    """How a text is arranged by its beginning, or as the options say; None where it is not."""
    if options.delimiter == SPACES:
        return Spaced('"' if options.quote is None else options.quote or None)
    if options.delimiter is not None or hint(sample)[0] is not None:
        return None
    frames = _framed(sample)
    columns = _spaced_out(sample) if frames is None else None
    # What a delimiter parts is not arranged, however many spaces are in it.
    return frames if columns is None or detect_delimiter(sample, '"') is not None else columns


def _framed(sample: str) -> Framed | None:
    """The frames of a text; None where it has none.

    A line of dashes and bars in half of the others make them, or bars at both ends of all, unless cells are quoted.
    """
    sample = sample[:_CHARACTERS]
    if "|" not in sample:
        return None
    lines = sample.splitlines()[:_MOST_LINES]
    rows = [line.strip() for line in lines if without_rules(line).strip()]
    barred = [row for row in rows if "|" in row]
    edged = sum(1 for row in barred if row[0] == "|" == row[-1] and len(row) > 1)
    has_rules = len(rows) < sum(1 for line in lines if line.strip())
    if len(rows) < 2 or '|"' in sample or not (has_rules or edged == len(rows)) or len(barred) * 2 < len(rows):
        return None
    return Framed(edged * 2 > len(barred))


def _spaced_out(sample: str) -> Arrangement | None:
    """The columns of a text that spaces part; None where no columns are seen.

    Args:
        sample: The beginning of a text that no delimiter parts.
    """
    lines = _lines(sample)
    if len(lines) < _LEAST_LINES or 2 * sum(1 for line in lines if "  " in line) < len(lines):
        return None
    words = [line.split() for line in lines]
    aligned = _aligned(lines)
    # Names above the columns that are as many as these count for more than words that are as many in each row.
    if _is_even(words) and not (aligned and len(words[0]) == len(aligned.gaps) + 1 < max(map(len, words))):
        return Spaced('"')
    return aligned


def _aligned(lines: Sequence[str]) -> Aligned | None:
    """The columns below each other; None where there are none, or none of them holds numbers, dates or the like."""
    gaps = _gaps(lines[len(lines) // 4 :])
    typed = _typed([Aligned(gaps).cells(line) for line in lines])
    # Words of text are below each other by chance where one space parts them.
    sure = [gap for at, gap in enumerate(gaps) if gap[1] - gap[0] > 1 or typed[at] or typed[at + 1]]
    return Aligned(tuple(sure)) if sure and any(typed) else None


def _lines(sample: str) -> list[str]:
    """The lines that hold something; what is cut off at the end of the sample is none."""
    whole = sample[:_CHARACTERS].expandtabs()
    lines = without_rules(whole).splitlines()[: None if len(sample) <= _CHARACTERS else -1]
    return list(islice((line.rstrip() for line in lines if line.strip()), _MOST_LINES))


def _is_even(rows: Sequence[Sequence[str]]) -> bool:
    """Whether all rows have as many words, many of which are clearly something; titles above them have fewer."""
    width = Counter(map(len, rows)).most_common(1)[0][0]
    first = next(at for at, row in enumerate(rows) if len(row) == width)
    if width < 2 or first * 4 > len(rows) or any(len(row) >= width for row in rows[:first]):
        return False
    body = rows[first:]
    if any(len(row) != width for row in body):
        return False
    typed = sum(_typed(body))
    return typed >= 2 or typed * 2 >= width


def _typed(rows: Sequence[Sequence[str]]) -> list[bool]:
    """Of each column whether it holds nearly nothing but numbers, dates and the like, below rows that may not."""
    columns = zip(*rows[len(rows) // 4 or 1 :], strict=True)
    return [_is_typed([kind_of(cell) for cell in cells if cell]) for cells in columns]


def _is_typed(kinds: Sequence[Kind]) -> bool:
    texts = sum(1 for kind in kinds if kind is Kind.TEXT)
    # One may be the name of the column.
    return len(kinds) - texts > 1 and texts <= max(1, len(kinds) // 10)


def _gaps(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where no line has anything but space, between what lines have."""
    width = min(max(map(len, lines)), _LONGEST_LINE)
    grid = np.array([list(line[:width].ljust(width)) for line in lines])
    is_blank = (grid == " ").all(axis=0)
    edges = np.flatnonzero(np.diff(is_blank.astype(np.int8), prepend=0, append=0))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(begin, end) for begin, end in pairs if begin > 0 and end < width]
