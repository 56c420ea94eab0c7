"""What a piece of text looks like: the evidence by which delimiters and headers are recognised."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Final

#: Longer text is prose, whatever it begins with.
_LONGEST: Final = 64


class Kind(Enum):
    """What a cell looks like."""

    EMPTY = auto()
    NUMBER = auto()
    DATE = auto()
    TIME = auto()
    BOOLEAN = auto()
    ADDRESS = auto()
    """An e-mail address or a URL."""
    TEXT = auto()


_PATTERNS: Final = (
    (Kind.DATE, re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}(?:[T ]\d{1,2}:\d{2}\S*)?(?: ?[AaPp][Mm])?")),
    (Kind.TIME, re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?")),
    (Kind.NUMBER, re.compile(r"[-+(]?\s?[€$£¥]?\s?[.,]?\d[\d.,'\u00a0\u202f]*(?:[eE][-+]?\d+)?\s?[%€$£¥)]?")),
    (Kind.BOOLEAN, re.compile(r"true|false|yes|no|ja|nein|oui|non", re.IGNORECASE)),
    (Kind.ADDRESS, re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|https?://\S+")),
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def kind_of(cell: str) -> Kind:
    """The kind of a cell; text when it is no other."""
    cell = cell.strip()
    if not cell:
        return Kind.EMPTY
    return Kind.TEXT if len(cell) > _LONGEST else _kind_of(cell)


@lru_cache(maxsize=16_384)  # the same cells are looked at again and again while a file is recognised
def _kind_of(cell: str) -> Kind:
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(cell)), Kind.TEXT)


def is_year(cell: str) -> bool:
    """Whether a number may be a year, which is also a usual column name."""
    return _YEAR.fullmatch(cell.strip()) is not None
