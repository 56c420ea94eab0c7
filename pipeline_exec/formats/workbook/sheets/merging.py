"""Merged cells: one text over several columns or rows."""

from __future__ import annotations

from typing import NamedTuple


class Range(NamedTuple):
    """The cells that are one; 1-based and inclusive. Its text stands in the first of them."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def width(self) -> int:
        """How many columns it is wide."""
        return self.last_column - self.first_column + 1

    @property
    def height(self) -> int:
        """How many rows it is high."""
        return self.last_row - self.first_row + 1
