"""How large a worksheet may be, and what its columns are called."""

from __future__ import annotations

from typing import Final

#: "Excel specifications and limits", Microsoft.
MAX_ROWS: Final = 1_048_576
MAX_SHEET_COLUMNS: Final = 16_384
MAX_CELL_CHARS: Final = 32_767


def column_number(letters: str) -> int:
    """The 1-based number of a column: 28 for ``AB``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """The letters of a column by its 1-based number: ``AB`` for 28."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
