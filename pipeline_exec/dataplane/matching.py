"""Matching: which source column is meant by a target column that names none."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from pipeline_exec.model.target_model import TargetColumn


def match_columns(target: Sequence[TargetColumn], source_columns: Sequence[str]) -> dict[str, str]:
    """The source column of each target column that has one, by key.

    Looked for is the key, then the label, then the alternative matches; each as it stands first, then without regard
    to case, spaces and punctuation. A source column is taken once, by the target column that looks for it first.
    """
    matches: dict[str, str] = {}
    for names_of, sameness in itertools.product(_NAMES, _SAMENESSES):
        free = {sameness(name): name for name in reversed(source_columns) if name not in matches.values()}
        for column in target:
            found = [name for name in map(sameness, names_of(column)) if name and name in free]
            if found and column.key not in matches:
                matches[column.key] = free.pop(found[0])
    return matches


def _as_it_stands(name: str) -> str:
    return name


def _letters_and_digits(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _key(column: TargetColumn) -> Sequence[str]:
    return (column.key,)


def _label(column: TargetColumn) -> Sequence[str]:
    return (column.label,)


def _alternative_matches(column: TargetColumn) -> Sequence[str]:
    return column.alternative_matches


_NAMES: Final[Sequence[Callable[[TargetColumn], Sequence[str]]]] = (_key, _label, _alternative_matches)
_SAMENESSES: Final[Sequence[Callable[[str], str]]] = (_as_it_stands, _letters_and_digits)
