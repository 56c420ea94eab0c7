"""Where a table begins and what its columns are called; the same for text files and sheets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from pipeline_exec.formats.kinds import Kind, is_year, kind_of

#: How many records below a candidate are compared with it, and how many titles may stand above it.
_BODY: Final = 50

#: How many rows a header may have, and how many columns must tell that a row is one of it.
_MOST_HEADER_ROWS: Final = 5
_CONVINCING_COLUMNS: Final = 2

Record = Sequence[str]


def locate(records: Sequence[Record]) -> int | None:
    """Which of a table's first records is its header; None when it has none and all are data.

    Titles above the header (records with few cells over records with many) are passed over, but only when a header
    follows: without one they might be data.
    """
    for candidate in _candidates(records):
        if _is_header(records[candidate], records[candidate + 1 : candidate + 1 + _BODY]):
            return candidate
    return None


def depth(records: Sequence[Record]) -> int:
    """How many of the records at the beginning make the header, when the first of them does.

    A further row is one of it when it repeats the first, or when it has text in all columns (at least two) that hold
    something else below.
    """
    body = records[1 : 1 + _BODY]
    repeated = next((at for at, row in enumerate(body) if list(row) != list(records[0])), len(body))
    if repeated:
        return 1 + repeated if repeated < _MOST_HEADER_ROWS and repeated < len(body) else 1
    typed = _typed_columns(body[_MOST_HEADER_ROWS:] or body[-1:], len(records[0]))
    further = next((at for at, row in enumerate(body) if not _is_named(row, typed)), len(body))
    return 1 + further if len(typed) >= _CONVINCING_COLUMNS and further < min(_MOST_HEADER_ROWS, len(body)) else 1


def column_names(found: Sequence[str], width: int) -> tuple[str, ...]:
    """Names for ``width`` columns, from the header's cells: trimmed, never empty, each used once."""
    trimmed = [cell.strip() for cell in found[:width]] + [""] * (width - len(found))
    named = [name or f"column_{position}" for position, name in enumerate(trimmed, start=1)]
    return tuple(_each_once(named))


def renamed(names: Sequence[str], found: Sequence[str]) -> dict[str, object]:
    """What a dialect tells of names that are not as they were found: ``renamed_columns``, or nothing."""
    changes = {name: before for name, before in zip(names, found, strict=False) if name != before}
    return {"renamed_columns": changes} if changes else {}


def _each_once(names: Sequence[str]) -> Iterator[str]:
    taken: set[str] = set()
    given = set(names)
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
    for name in names:
        fresh = name
        while fresh in taken or (fresh != name and fresh in given):
            fresh = f"{name}_{next(numbers[name])}"
        taken.add(fresh)
        yield fresh


def _candidates(records: Sequence[Record]) -> Iterator[int]:
    """The first record that is as wide as those below, that is more than half as wide, and that is as wide as most."""
    filled = [sum(1 for cell in record if cell.strip()) for record in records[: 2 * _BODY]]
    below = [max(filled[at + 1 : at + 1 + _BODY], default=filled[at]) for at in range(min(_BODY, len(filled)))]
    full = [at for at, most in enumerate(below) if filled[at] * 2 >= most and len(records[at]) * 2 > most]
    wide = [at for at in full if len(records[at]) >= below[at]]
    usual = Counter(filled).most_common(1)[0][0] if filled else 0
    alike = [at for at in range(len(below)) if filled[at] == usual > 1]
    yield from dict.fromkeys([*wide[:1], *full[:1], *alike[:1]])


def _typed_columns(body: Sequence[Record], width: int) -> list[int]:
    """The columns whose cells are nearly all of one kind that is not text."""
    columns = ([kind_of(row[at]) for row in body if at < len(row) and row[at].strip()] for at in range(width))
    counted = [Counter(kinds).most_common(1)[0] + (len(kinds),) if kinds else None for kinds in columns]
    return [
        at
        for at, found in enumerate(counted)
        if found is not None and found[0] is not Kind.TEXT and found[1] * 10 >= found[2] * 9
    ]


def _is_named(row: Record, typed: Sequence[int]) -> bool:
    """Whether a row has names where the rows below have values, and no value anywhere."""
    named = sum(1 for at in typed if at < len(row) and kind_of(row[at]) is Kind.TEXT)
    return named >= _CONVINCING_COLUMNS and all(kind_of(cell) in {Kind.TEXT, Kind.EMPTY} for cell in row)


def _is_header(record: Record, body: Sequence[Record]) -> bool:
    # A header that is repeated, below itself or above a further table, says nothing about the values.
    values = [row for row in body if not _repeats(row, record)]
    if body and not values:
        return False
    score = sum(
        _evidence(cell, [row[at] for row in values if at < len(row) and row[at].strip()])
        for at, cell in enumerate(record)
        if cell.strip()
    )
    return score > 0 or (score == 0 and all(_may_name(cell) for cell in record))


def _repeats(row: Record, record: Record) -> bool:
    """Whether a row has the cells of a record, but for one."""
    same = sum(1 for cell, other in zip(row, record, strict=False) if cell == other and cell.strip())
    return same >= max(2, len(record) - 1)


def _evidence(name: str, below: Sequence[str]) -> int:
    """1 when a cell differs from the cells below as a name does from values, -1 when it is one of them, else 0."""
    if not below:
        return 0
    kinds = Counter(kind_of(cell) for cell in below)
    usual, times = kinds.most_common(1)[0]
    if kind_of(name) is Kind.TEXT:
        differs = usual is not Kind.TEXT and times * 5 >= len(below) * 4
        return 1 if differs else -int(name in below)
    return 0 if is_year(name) and not all(map(is_year, below)) else -1


def _may_name(cell: str) -> bool:
    return kind_of(cell) in {Kind.TEXT, Kind.EMPTY} or is_year(cell)
