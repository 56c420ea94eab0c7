"""Dialects: how a file was read, fact by fact, no larger than what is remembered of it may be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Final

Dialect = Mapping[str, object]
"""Format, encoding, delimiter, header row, what was left out, which rows were irregular: JSON, fact by fact."""

MOST_LISTED: Final = 200
"""How many parts of a list, or entries of an object, are remembered."""
LONGEST_TEXT: Final = 200
"""How many characters of a text are remembered."""
LONGEST_DIALECT: Final = 65_536
"""How many characters of JSON a dialect is remembered in."""


def remembered(dialect: Dialect) -> dict[str, object]:
    """The dialect within these limits, as plain values.

    What is cut has its true number beside it, under ``total_`` and its name. Where a dialect is too long even so, its
    lists are cut further.
    """
    cut: dict[str, object] = {}
    for most in (MOST_LISTED, MOST_LISTED // 4, MOST_LISTED // 20, 1):
        cut = _facts(dialect, most)
        if len(json.dumps(cut)) <= LONGEST_DIALECT:
            break
    return cut


def shortened(text: str) -> str:
    """A text as long as one may be that is remembered."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _facts(facts: Dialect, most: int) -> dict[str, object]:
    cut: dict[str, object] = {}
    for name, value in facts.items():
        cut[shortened(name)] = _cut(value, most)
        if isinstance(value, (Mapping, list, tuple)) and len(value) > most:
            cut[f"total_{name}"] = len(value)
    return cut


def _cut(value: object, most: int) -> object:
    match value:
        case str():
            return shortened(value)
        case list() | tuple():
            return [_cut(each, most) for each in value[:most]]
        case Mapping():
            return _facts(dict(islice(value.items(), most)), most)
        case _:
            return value
