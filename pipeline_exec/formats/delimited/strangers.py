"""Rows that are written with another delimiter than the rest of their file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pipeline_exec.formats.delimited.profile import Profile
from pipeline_exec.formats.delimited.records import Splitter
from pipeline_exec.formats.delimited.syntax import Syntax
from pipeline_exec.formats.kinds import Kind, kind_of

#: Delimiters a row may have been written with.
_OTHERS: Final = (",", ";", "\t", "|", " ")
#: A row of fewer columns is like too many things.
_LEAST_WIDTH: Final = 3
#: Characters of a row that are looked at, and words beyond the number of its columns.
_LONGEST: Final = 16 * 1024
_MOST_WORDS: Final = 40
#: How wrong it is that a cell is of another kind than its column, or made of cells that were quoted.
_MISFIT: Final = 5.0


@dataclass(frozen=True)
class Strangers:
    """Knows rows of a table that are written with another delimiter."""

    syntax: Syntax
    profile: Profile

    def cells(self, text: str, parted: list[str]) -> list[str] | None:
        """The cells of a row that has not as many as there are columns; None when it is no such row.

        Args:
            text: The row.
            parted: Its cells by the delimiter of the others.
        """
        # Whatever is in the cells behind it, the first is parted from them by the other delimiter.
        among = text if self.syntax.delimiter == " " else parted[0]
        delimiters = [] if self._knows_none or len(text) > _LONGEST else [each for each in _OTHERS if each in among]
        if not delimiters or self._begins_well(parted[0]):
            return None
        candidates = (self._parted(text, delimiter) for delimiter in delimiters)
        return next((cells for cells in candidates if cells and self.profile.is_met(cells)), None)

    def names(self, text: str, *, of_words: bool) -> list[str] | None:
        """The cells of a header, likewise.

        Args:
            text: It.
            of_words: Whether it may be parted by spaces.
        """
        if self._knows_none or len(text) > _LONGEST:
            return None
        delimiters = [each for each in _OTHERS if each in text and (of_words or each != " ")]
        candidates = (self._parted(text, delimiter) for delimiter in delimiters)
        return next((cells for cells in candidates if cells and _are_names(cells)), None)

    @cached_property
    def _knows_none(self) -> bool:
        return self.profile.width < _LEAST_WIDTH

    @cached_property
    def _splitters(self) -> dict[str, Splitter]:
        """For each delimiter what parts all the rows that may be written with it."""
        return {each: Splitter(replace(self.syntax, delimiter=each), self.profile.width, _LONGEST) for each in _OTHERS}

    def _begins_well(self, cell: str) -> bool:
        """Whether a first cell is surely one of the first column."""
        is_parted_by_words = self.syntax.delimiter == " "
        return not is_parted_by_words and kind_of(cell) is self.profile.kinds[0] is not Kind.TEXT

    def _parted(self, text: str, delimiter: str) -> list[str] | None:
        """The cells between delimiters; words where the delimiter is a space are put together as columns need them."""
        width = self.profile.width
        if delimiter == self.syntax.separator and delimiter != " ":
            return None
        records = list(self._splitters[delimiter].records(text, whole=True))
        if len(records) != 1:
            return None
        cells = records[0].cells
        if delimiter == " " and width < len(cells) <= width + _MOST_WORDS:
            return self._put_together(cells, [self._is_quoted(cell, text) for cell in cells])
        return cells if len(cells) == width else None

    def _is_quoted(self, cell: str, text: str) -> bool:
        quote = self.syntax.quote
        return quote is not None and f"{quote}{cell}{quote}" in text

    def _put_together(self, words: list[str], are_quoted: list[bool]) -> list[str]:
        """The words as one cell for each column, so that the cells fit their columns best."""
        spare = len(words) - self.profile.width
        # For each number of words taken so far: how wrong that is, and the cells they make.
        best: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}
        for kind, usual in zip(self.profile.kinds, self.profile.words, strict=True):
            reached: dict[int, tuple[float, list[str]]] = {}
            for begin, (wrong, cells) in best.items():
                for end in range(begin + 1, min(begin + spare + 1, len(words)) + 1):
                    cell = " ".join(words[begin:end])
                    sum_wrong = wrong + _wrong(cell, kind, usual, end - begin, any(are_quoted[begin:end]))
                    if end not in reached or sum_wrong < reached[end][0]:
                        reached[end] = sum_wrong, [*cells, cell]
            best = reached
        return best[len(words)][1]


def _wrong(cell: str, kind: Kind, usual: float, count: int, is_quoted: bool) -> float:
    wrong = abs(count - usual) * 0.1 if not is_quoted else 0.0
    if count > 1 and is_quoted:
        wrong += _MISFIT
    return wrong if kind in {Kind.TEXT, Kind.EMPTY} or kind_of(cell) in {kind, Kind.EMPTY} else wrong + _MISFIT


def _are_names(cells: list[str]) -> bool:
    """Whether cells are text, each another."""
    return len(set(cells)) == len(cells) and all(kind_of(cell) is Kind.TEXT for cell in cells)
