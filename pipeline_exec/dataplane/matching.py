"""Matching: which source column is meant by a target column that names none."""

from __future__ import annotations

import heapq
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec.dataplane.name_likeness import CERTAIN, Name, likeness
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.mapping_record import Method
from pipeline_exec.model.target_model import ColumnType, TargetColumn

SUGGESTED: Final = 0.75
"""How similar names must be to be proposed to a person."""
MOST_PAIRS: Final = 250_000
"""Of more pairs than this none are compared for similarity: a table so wide is mapped by name."""

Samples = Mapping[str, Sequence[str | None]]
"""Some cells of each source column."""

_Pair = tuple[str, str]


@dataclass(frozen=True)
class Suggestion:
    """A source column for a target column."""

    target_column: str
    """The key."""
    source_column: str
    method: Method
    score: float
    """From 0 to 1: 1 for a name that is the same to the letter."""


def match_columns(
    target: Sequence[TargetColumn], source_columns: Sequence[str], taken: Collection[str] = ()
) -> list[Suggestion]:
    """The source column of each target column that has one for certain.

    Looked for is the key, then the label, then the alternative matches; each as it stands first, then without regard
    to case, spaces and punctuation; in the end what is so similar to one of them that nothing else can be meant. A
    source column is taken once. Two that are called the same, or two target columns that look for the same at once,
    are not decided between; of source columns with the very same name the first counts.

    Args:
        target: The columns that look for one.
        source_columns: The names there are.
        taken: Those that only a column called the same can mean.
    """
    return _matched(target, source_columns, taken, CERTAIN, {})


def suggest(
    target: Sequence[TargetColumn], source_columns: Sequence[str], samples: Samples | None = None
) -> list[Suggestion]:
    """A source column for each target column that one can be proposed for, in the order of the target.

    As ``match_columns``, for a person to look over: less similar names are proposed too. Where there are samples, they
    speak for and against similar names, and a target column such as an e-mail address may be found by them alone.
    """
    found = _matched(target, source_columns, (), SUGGESTED, samples or {})
    if samples:
        found += _by_content(_missing(target, found), _left(source_columns, found, ()), samples)
    places = {column.key: place for place, column in enumerate(target)}
    return sorted(found, key=lambda suggestion: places[suggestion.target_column])


def _matched(
    target: Sequence[TargetColumn], names: Sequence[str], taken: Collection[str], least: float, samples: Samples
) -> list[Suggestion]:
    found = _called_alike(target, names)
    scores = dict(_scores(_missing(target, found), _left(names, found, taken), samples))
    while clear := _clear(scores, least):
        found += [
            Suggestion(key, name, Method.SIMILARITY, round(min(scores[key, name], _MOST_BY_SIMILARITY), 3))
            for key, name in clear
        ]
        keys, used = {key for key, _ in clear}, {name for _, name in clear}
        scores = {pair: score for pair, score in scores.items() if pair[0] not in keys and pair[1] not in used}
    return found


def _scores(target: Sequence[TargetColumn], names: Sequence[str], samples: Samples) -> Iterator[tuple[_Pair, float]]:
    """How much speaks for each pair of a target column's key and a source column's name, where it is much."""
    if len(target) * len(names) > MOST_PAIRS:
        return
    parsed = {name: Name.parse(name) for name in names}
    for column in target:
        known = [Name.parse(each) for each in (column.key, column.label, *column.alternative_matches)]
        for name in names:
            similarity = likeness(known, parsed[name])
            if similarity >= _WORTH_A_LOOK:
                yield (column.key, name), similarity + _evidence(column, samples.get(name, ()))


def _clear(scores: Mapping[_Pair, float], least: float) -> list[_Pair]:
    """The pairs that no other pair of the same columns comes near."""
    rivals: dict[tuple[int, str], list[float]] = {}
    for pair, score in scores.items():
        for side in enumerate(pair):
            rivals.setdefault(side, []).append(score)
    best = {side: heapq.nlargest(2, near) for side, near in rivals.items()}

    def is_clear(score: float, side: tuple[int, str]) -> bool:
        return score == best[side][0] and score - ([*best[side], 0.0][1]) >= _MARGIN

    return [
        pair
        for pair, score in scores.items()
        if score >= least and all(is_clear(score, side) for side in enumerate(pair))
    ]


def _called_alike(target: Sequence[TargetColumn], source_columns: Sequence[str]) -> list[Suggestion]:
    found: dict[str, Suggestion] = {}
    for (method, names_of), (sameness, score) in itertools.product(_NAMES.items(), _SAMENESSES):
        free = _by_sameness(_left(source_columns, list(found.values()), ()), sameness)
        asking = [column for column in target if column.key not in found]
        wanted = {column.key: [name for name in map(sameness, names_of(column)) if name in free] for column in asking}
        claims = Counter(name for names in wanted.values() for name in {*names})
        found |= {
            key: Suggestion(key, free[names[0]], method, score)
            for key, names in wanted.items()
            if names and claims[names[0]] == 1
        }
    return list(found.values())


def _by_sameness(names: Iterable[str], sameness: Callable[[str], str]) -> dict[str, str]:
    """The names by what makes them the same, without those that are the same as another."""
    names = list(names)
    counts = Counter(map(sameness, names))
    return {same: name for name in names if (same := sameness(name)) and counts[same] == 1}


def _evidence(column: TargetColumn, cells: Sequence[str | None]) -> float:
    """What the content of a source column adds to the likeness of its name, or takes from it."""
    share = _share(column, cells)
    return 0.0 if share is None else 0.1 if share >= _MOST else -0.25 if share <= 1 - _MOST else 0.0


def _by_content(target: Iterable[TargetColumn], names: Sequence[str], samples: Samples) -> list[Suggestion]:
    telling = [column for column in target if column.column_type in _TELLING]
    holders = {
        column.key: [name for name in names if (_share(column, samples.get(name, ())) or 0.0) >= _MOST]
        for column in telling
    }
    held = [name for found in holders.values() for name in found]
    return [
        Suggestion(key, found[0], Method.CONTENT, 0.5)
        for key, found in holders.items()
        if len(found) == 1 and held.count(found[0]) == 1
    ]


def _share(column: TargetColumn, cells: Sequence[str | None]) -> float | None:
    """How many of the cells are of the column's type; None where that says nothing."""
    text = pa.array([cell for cell in cells if cell], pa.string())
    if not len(text) or column.column_type is ColumnType.STRING:
        return None
    try:
        values = cell_type(column).read(text)
    except InvalidDocument:
        return None
    return 1.0 - float(values.null_count) / len(text)


def _missing(target: Sequence[TargetColumn], found: Sequence[Suggestion]) -> list[TargetColumn]:
    keys = {suggestion.target_column for suggestion in found}
    return [column for column in target if column.key not in keys]


def _left(names: Sequence[str], found: Sequence[Suggestion], taken: Collection[str]) -> list[str]:
    used = {suggestion.source_column for suggestion in found} | set(taken)
    return [name for name in dict.fromkeys(names) if name not in used]


def _as_it_stands(name: str) -> str:
    return name


def _letters_and_digits(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    both = "".join(filter(str.isalnum, folded))
    # Size 1.5 is not size 15.
    return both and " ".join((both, *re.findall(r"[0-9]+", folded)))


_NAMES: Final[Mapping[Method, Callable[[TargetColumn], Sequence[str]]]] = {
    Method.KEY: lambda column: (column.key,),
    Method.LABEL: lambda column: (column.label,),
    Method.ALTERNATIVE_MATCH: lambda column: column.alternative_matches,
}
_SAMENESSES: Final[Sequence[tuple[Callable[[str], str], float]]] = ((_as_it_stands, 1.0), (_letters_and_digits, 0.99))
#: How far ahead of every other a similar name must be.
_MARGIN: Final = 0.05
_MOST_BY_SIMILARITY: Final = 0.98
#: What is less similar is no rival either.
_WORTH_A_LOOK: Final = 0.6
#: The share of cells that speaks for a type; the rest of it speaks against.
_MOST: Final = 0.8
#: Types whose cells are hardly anything else.
_TELLING: Final = frozenset(
    {ColumnType.EMAIL, ColumnType.URL, ColumnType.UUID, ColumnType.IBAN, ColumnType.BIC, ColumnType.GTIN}
)
