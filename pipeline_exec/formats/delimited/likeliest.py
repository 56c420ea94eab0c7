"""What was meant by a record whose quotes do not add up."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple

from pipeline_exec.formats.delimited.syntax import Syntax

#: How strange it is that a quote stands inside a cell without quotes; that it begins one; that it is not doubled inside
#: quotes; that text stands behind a closing quote; and that there is a cell too many or too few.
_INSIDE: Final = 1.0
_BEGINS: Final = 3.0
_UNDOUBLED: Final = 2.0
_BEHIND: Final = 2.5
_WIDTH: Final = 3.0

#: Beyond these a record is parted at its delimiters, whatever its quotes mean.
_MOST_CHARACTERS: Final = 64 * 1024
_MOST_DELIMITERS: Final = 300
#: Closing quotes that are tried for an opening one, and numbers of cells that are kept for one place.
_CLOSINGS: Final = 4
_BEAM: Final = 5


@dataclass(frozen=True)
class Reading:
    """One way to part a record."""

    strangeness: float
    cells: list[str]


class _Path(NamedTuple):
    """A way to part the beginning of a record."""

    strangeness: float
    width: int
    cell: str
    before: _Path | None


def between_delimiters(text: str, syntax: Syntax, width: int | None) -> Reading | None:
    """The cells between delimiters, where these are as many as they should be and hardly strange.

    Then it is the least strange way: any other number of cells would be stranger. It is found far faster.
    """
    raw = text.split(syntax.separator)
    if len(raw) != width or "\n" in text or "\r" in text:
        return None
    cells, strangeness = [], 0.0
    for each in raw:
        strange, cell = _alone(each, syntax, syntax.quote or "")
        cells.append(cell)
        strangeness += strange
    return Reading(strangeness, cells) if strangeness < _WIDTH else None


def likeliest(text: str, syntax: Syntax, width: int | None) -> Reading:
    """The least strange way to part a record.

    Args:
        text: The record without its end.
        syntax: How it should be written.
        width: How many cells its table has, where that is known.
    """
    if syntax.quote is None or len(text) > _MOST_CHARACTERS or text.count(syntax.separator) > _MOST_DELIMITERS:
        cells = text.split(syntax.separator)
        return Reading(_off(len(cells), width) + _BEGINS, cells)
    best = min(_paths(text, syntax), key=lambda path: path.strangeness + _off(path.width, width))
    return Reading(best.strangeness + _off(best.width, width), _cells(best))


def effort(text: str, syntax: Syntax) -> int:
    """About how many microseconds the least strange way takes to find."""
    return 12 + 2 * text.count(syntax.separator) + 8 * text.count(syntax.quote or syntax.separator)


def _alone(raw: str, syntax: Syntax, quote: str) -> tuple[float, str]:
    """A cell that ends at the next delimiter: how strange it is, and its text."""
    if quote not in raw:
        return 0.0, syntax.unescaped(raw)
    begins = raw.lstrip(" ").startswith(quote)
    choices = [(_BEGINS if begins else _INSIDE, syntax.unescaped(raw))]
    if begins:
        opening = raw.index(quote)
        if raw.endswith(quote) and len(raw) > opening + 1:
            choices.append(_quoted(raw[opening + 1 : -1], 0, syntax, quote)[1:])
        choices.extend(choice[1:] for choice in _with_text_behind(raw, syntax, opening))
    return min(choices, key=itemgetter(0))


def _off(count: int, width: int | None) -> float:
    return 0.0 if width is None else _WIDTH * abs(count - width)


def _paths(text: str, syntax: Syntax) -> list[_Path]:
    """Ways to part the whole record, the best for each number of cells."""
    size = len(syntax.separator)
    ends = [found.start() for found in re.finditer(re.escape(syntax.separator), text)] + [len(text)]
    closings = [end - 1 for end in ends if end and text[end - 1] == syntax.quote]
    reached: dict[int, list[_Path]] = {0: [_Path(0.0, 0, "", None)]}
    for begin, end in zip([0, *(end + size for end in ends[:-1])], ends, strict=True):
        paths = _kept(reached.pop(begin, []))
        if not paths:
            continue
        for stop, strangeness, cell in _choices(text, syntax, begin, end, closings):
            following = reached.setdefault(stop + size, [])
            following.extend(_Path(path.strangeness + strangeness, path.width + 1, cell, path) for path in paths)
    return _kept(reached[len(text) + size])


def _kept(paths: list[_Path]) -> list[_Path]:
    """The best way for each number of cells, and of these no more than the beam is wide."""
    best: dict[int, _Path] = {}
    for path in sorted(paths, key=itemgetter(0)):
        if path.width not in best:
            best[path.width] = path
            if len(best) == _BEAM:
                break
    return list(best.values())


def _choices(text: str, syntax: Syntax, begin: int, end: int, closings: list[int]) -> list[tuple[int, float, str]]:
    """The cells that may begin at a place: where each ends, how strange it is, and its text."""
    quote = syntax.quote or ""
    raw = text[begin:end]
    if len(raw) > 1 and raw[0] == quote == raw[-1] and quote not in raw[1:-1]:
        return [(end, 0.0, syntax.unescaped(raw[1:-1]))]
    opening = begin + len(raw) - len(raw.lstrip(" "))
    begins = text.startswith(quote, opening)
    strangeness = 0.0 if quote not in raw else _BEGINS if begins else _INSIDE
    # Line breaks belong to quoted cells alone.
    broken = _BEGINS * 2 if "\n" in raw or "\r" in raw else 0.0
    choices = [(end, strangeness + broken, syntax.unescaped(raw))]
    if begins:
        first = bisect_right(closings, opening)
        following = closings[first : first + _CLOSINGS]
        choices.extend(_quoted(text[opening + 1 : closing], closing, syntax, quote) for closing in following)
        choices.extend(_with_text_behind(text, syntax, opening))
    return choices


def _with_text_behind(text: str, syntax: Syntax, opening: int) -> Iterator[tuple[int, float, str]]:
    """A quoted cell behind whose closing quote text stands."""
    body = syntax.body.match(text, opening + 1)
    closing = body.end() if body else len(text)
    if closing < len(text):
        end = text.find(syntax.separator, closing)
        end = len(text) if end < 0 else end
        behind = text[closing + 1 : end]
        if behind and "\n" not in behind and "\r" not in behind:
            yield end, _BEHIND, syntax.plain(text[opening + 1 : closing]) + behind


def _quoted(body: str, closing: int, syntax: Syntax, quote: str) -> tuple[int, float, str]:
    if quote not in body:
        return closing + 1, 0.0, syntax.unescaped(body)
    undoubled = body.replace(quote * 2, "").count(quote)
    if syntax.escape:
        undoubled -= body.count(syntax.escape + quote)
    # Where a line begins with a quote, a record does.
    lines = 2 * _BEGINS if "\n" + quote in body or "\r" + quote in body else 0.0
    return closing + 1, _UNDOUBLED * max(0, undoubled) + lines, syntax.plain(body)


def _cells(path: _Path) -> list[str]:
    cells = []
    while path.before is not None:
        cells.append(path.cell)
        path = path.before
    return cells[::-1]
