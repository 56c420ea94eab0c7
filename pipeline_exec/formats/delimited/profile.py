"""What the columns of a table usually hold: the evidence by which a row is known as one of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_exec.formats.kinds import Kind, kind_of

#: How many rows are looked at.
_ROWS = 200


@dataclass(frozen=True)
class Profile:
    """The columns of a table, by what they hold."""

    kinds: tuple[Kind, ...]
    """Of each column the kind of most of its cells that hold something, or text."""
    words: tuple[float, ...]
    """Of each column how many words a cell has."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.kinds)

    @property
    def is_typed(self) -> bool:
        """Whether any column holds something that is known by its looks."""
        return any(kind not in {Kind.TEXT, Kind.EMPTY} for kind in self.kinds)

    def is_met(self, cells: Sequence[str]) -> bool:
        """Whether cells, one for each column, are such as the columns hold, and one of them surely is."""
        if len(cells) != self.width:
            return False
        typed = [(kind, kind_of(cell)) for kind, cell in zip(self.kinds, cells, strict=True) if kind not in _UNTYPED]
        return any(kind is met for kind, met in typed) and all(met in {kind, Kind.EMPTY} for kind, met in typed)

    def is_named_by(self, cells: Sequence[str]) -> bool:
        """Whether cells may be names of the columns: text, where the columns hold something else."""
        kinds = [kind_of(cell) for cell in cells]
        if not any(kind is Kind.TEXT for kind in kinds) or any(kind not in _UNTYPED for kind in kinds):
            return False
        return any(met is Kind.TEXT and kind not in _UNTYPED for kind, met in zip(self.kinds, kinds, strict=False))


_UNTYPED = {Kind.TEXT, Kind.EMPTY}


def profile_of(rows: Sequence[Sequence[str]], width: int) -> Profile:
    """The profile of the columns of a table; only rows of its width count."""
    regular = [row for row in rows if len(row) == width][:_ROWS]
    columns = list(zip(*regular, strict=True)) or [()] * width
    return Profile(tuple(map(_kind, columns)), tuple(map(_words, columns)))


def _kind(cells: Sequence[str]) -> Kind:
    kinds = Counter(kind for kind in map(kind_of, cells) if kind is not Kind.EMPTY)
    if not kinds:
        return Kind.EMPTY
    usual, times = kinds.most_common(1)[0]
    return usual if times * 4 >= kinds.total() * 3 else Kind.TEXT


def _words(cells: Sequence[str]) -> float:
    filled = [cell for cell in cells if cell.strip()]
    return sum(len(cell.split()) for cell in filled) / len(filled) if filled else 1.0
