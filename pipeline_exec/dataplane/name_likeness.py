"""Likeness: how likely two names of columns mean the same.

Two texts are as alike as twice the letters they have in common by the letters of both. Of long names that says little,
``minimum_order_quantity`` and ``maximum_order_quantity`` have most of their letters in common. So what differs between
two names is looked at word by word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz

CERTAIN: Final = 0.93
"""How alike names must be to be taken for one another without asking."""

_UNCERTAIN: Final = 0.92
#: Not even an abbreviation is less like its word.
_NOTHING_ALIKE: Final = 0.5
#: An abbreviation is as like its word as this; there are mostly others it might stand for.
_ABBREVIATED: Final = 0.85
#: What is less alike is another word.
_ANOTHER_WORD: Final = 0.65


@dataclass(frozen=True)
class Name:
    """The name of a column, as words in lower case without accents."""

    words: tuple[str, ...]
    unit: str = ""
    """What stands in brackets at its end, if that is short: ``kg``, ``%``, ``EUR``; also among the words."""
    without_unit: Name | None = None

    @classmethod
    def parse(cls, name: str) -> Name:
        """``orderDate2 (UTC)`` is ``order``, ``date``, ``2``, ``utc``."""
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
        if (bracketed := _BRACKETED.search(plain)) and _is_unit(bracketed["inside"]):
            unit = bracketed["inside"].strip().casefold()
            return cls(_words(plain), unit, cls(_words(plain[: bracketed.start()])))
        return cls(_words(plain))

    @cached_property
    def joined(self) -> str:
        """The words without anything between them."""
        return "".join(self.words)

    @cached_property
    def in_order(self) -> str:
        """The words in the order of the alphabet."""
        return " ".join(sorted(self.words))

    @cached_property
    def numbers(self) -> list[str]:
        """The words that are numbers."""
        return [word for word in self.words if word.isdigit()]


def likeness(known: Sequence[Name], name: Name) -> float:
    """From 0 to 1, how like a name is to the likest of those known for the same; ``CERTAIN`` if nothing else is meant.

    Names that differ in a number are not alike at all, nor are names with different units. One with a unit is no more
    than ``CERTAIN`` to be the same as one without.
    """
    units = {each.unit for each in known if each.unit}
    if name.unit and units and name.unit not in units:
        return 0.0
    alike = max((_likeness(each, name) for each in known), default=0.0)
    return max(alike, min(likeness(known, name.without_unit), CERTAIN)) if name.without_unit else alike


def _likeness(known: Name, name: Name) -> float:
    if not known.words or known.numbers != name.numbers:
        return 0.0
    whole = max(fuzz.ratio(known.joined, name.joined), fuzz.ratio(known.in_order, name.in_order)) / 100
    if whole < _NOTHING_ALIKE:
        return 0.0
    mine, others = _differing(known.words, name.words)
    if len(mine) != len(others):
        return whole if _is_misspelt(known.joined, name.joined) else min(whole, _UNCERTAIN)
    by_word = list(map(_word_likeness, mine, others))
    least = min(by_word, default=1.0)
    if least < _ANOTHER_WORD:
        return 0.0
    if least >= CERTAIN:
        return whole
    different = sum(len(word) * (1 - each) for word, each in zip(mine, by_word, strict=True))
    return min(max(whole, 1 - different / len(known.joined)), _UNCERTAIN)


def _differing(mine: Sequence[str], others: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that only one of both has, in an order that sets side by side what begins alike."""
    only_mine, only_others = list(mine), list(others)
    for word in mine:
        if word in only_others:
            only_mine.remove(word)
            only_others.remove(word)
    return sorted(only_mine), sorted(only_others)


def _word_likeness(word: str, other: str) -> float:
    if word[0] != other[0]:
        # A slip of the pen seldom changes the first letter, a prefix such as un- or in- the meaning.
        return 0.0
    if _is_misspelt(word, other):
        return 1.0
    if _is_abbreviated(word, other) or _is_abbreviated(other, word):
        return _ABBREVIATED
    return fuzz.ratio(word, other) / 100


def _is_misspelt(word: str, other: str) -> bool:
    """Whether two words differ in doubled letters, two letters that changed places, or one letter more at the end."""
    word, other = _once_each(word), _once_each(other)
    if abs(len(word) - len(other)) == 1:
        return min(len(word), len(other)) >= _LONG and (word.startswith(other) or other.startswith(word))
    differing = [place for place, pair in enumerate(zip(word, other, strict=False)) if pair[0] != pair[1]]
    if len(word) != len(other) or not differing:
        return word == other
    first, last = differing[0], differing[-1]
    is_swapped = len(differing) == 2 and last == first + 1 and word[first] == other[last] and word[last] == other[first]
    return is_swapped and len(word) > _LONG


def _is_abbreviated(short: str, word: str) -> bool:
    """Whether a word is shortened to its beginning, and from there on to some of its consonants."""
    if not 1 < len(short) < len(word) - 1:
        return False
    begun = next((place for place, letter in enumerate(short) if word[place] != letter), len(short))
    rest = short[begun:]
    letters = iter(word[begun:])
    return not set(rest) & _VOWELS and all(letter in letters for letter in rest)


def _once_each(word: str) -> str:
    return word[:1] + "".join(letter for before, letter in pairwise(word) if letter != before)


def _words(plain: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[0-9]+|[^\W\d_]+", _CAMEL_CASE.sub(" ", plain).casefold()))


def _is_unit(text: str) -> bool:
    letters = re.findall(r"[^\W_]+", text)
    return bool(text.strip()) and all(run.isalpha() and len(run) <= _LONGEST_UNIT for run in letters)


_BRACKETED: Final = re.compile(r"[(\[](?P<inside>[^()\[\]]*)[)\]]\s*$")
_CAMEL_CASE: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONG: Final = 4
_LONGEST_UNIT: Final = 3
_VOWELS: Final = frozenset("aeiou")
