"""A number with the digits in which it is shown somewhere, whatever signs of whatever country stand around them."""

from __future__ import annotations

import re
from typing import Final

_NO_DIGIT: Final = re.compile(r"[^0-9]+")
#: Shown by powers of ten, or as a fraction: the digits are not those of the number.
_OTHERWISE: Final = re.compile(r"[0-9][eE][+-]?[0-9]|[0-9]/[0-9]")
#: The decimals, if what stands in front of them is a decimal point.
_LAST: Final = re.compile(r"[.,]([0-9]+)[^0-9]*$")
_LONGEST: Final = 40
#: How far a float may be off, in parts of itself.
_PRECISION: Final = 1e-15


def digits_shown(value: str, shown: str, *, is_percentage: bool) -> str | None:
    """A value in plain notation with the digits shown of it; None where what is shown is not its digits.

    ``1234.5`` shown as ``1.234,50 €`` is ``1234.50``; 7 shown as ``007`` is ``007``; ``0.125`` shown as ``13 %`` is
    ``13%``.
    """
    if shown == value and not is_percentage:
        return value
    digits = _NO_DIGIT.sub("", shown)
    if not digits or len(digits) > _LONGEST or _OTHERWISE.search(shown):
        return None
    try:
        number = float(value) * (100 if is_percentage else 1)
    except ValueError:
        return None
    decimals = _decimals(abs(number), int(digits), shown)
    if decimals is None:
        return None
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    sign = "-" if number < 0 and digits.strip("0") else ""
    return f"{sign}{whole or '0'}{'.' if fraction else ''}{fraction}{'%' if is_percentage else ''}"


def _decimals(number: float, digits: int, shown: str) -> int | None:
    """How many of the digits are decimals: those behind the last point or comma, or none; as makes them the number."""
    last = _LAST.search(shown)
    for decimals in (len(last[1]), 0) if last else (0,):
        scaled = number * 10**decimals
        if abs(scaled - digits) <= 0.5 + scaled * _PRECISION:
            return decimals
    return None
