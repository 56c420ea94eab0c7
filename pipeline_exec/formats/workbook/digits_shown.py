"""A number with the digits in which it is shown somewhere, whatever signs of whatever country stand around them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

_NO_DIGIT: Final = re.compile(r"[^0-9]")
#: Shown by powers of ten, or as a fraction: the digits are not those of the number.
_OTHERWISE: Final = re.compile(r"[0-9][eE][+-]?[0-9]|[0-9]/[0-9]")
_LONGEST: Final = 40


@lru_cache(maxsize=65_536)
def digits_shown(value: str, shown: str, *, is_percentage: bool) -> str | None:
    """A value in plain notation with the digits shown of it; None where what is shown is not its digits.

    ``1234.5`` shown as ``1.234,50 €`` is ``1234.50``; 7 shown as ``007`` is ``007``; ``0.125`` shown as ``13 %`` is
    ``13%``.
    """
    digits = _NO_DIGIT.sub("", shown)
    if not digits or len(digits) > _LONGEST or _OTHERWISE.search(shown):
        return None
    try:
        number = Decimal(value).scaleb(2 if is_percentage else 0)
        decimals = _decimals(abs(number), digits)
    except InvalidOperation:
        return None
    if decimals is None:
        return None
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    sign = "-" if number < 0 and digits.strip("0") else ""
    return f"{sign}{whole or '0'}{'.' if fraction else ''}{fraction}{'%' if is_percentage else ''}"


def _decimals(number: Decimal, digits: str) -> int | None:
    """How many of the digits are decimals: as many as make them the number, rounded."""
    for decimals in range(len(digits) + 1):
        rounded = number.quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP")
        if int(rounded.scaleb(decimals)) == int(digits):
            return decimals
    return None
