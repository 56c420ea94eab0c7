"""Numbers with the digits in which they are shown somewhere, whatever signs of whatever country stand around them."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import Mask, concatenated
from pipeline_exec.formats.workbook.cells.stored_cells import Integers

Floats = npt.NDArray[np.float64]

_NO_DIGIT: Final = re.compile(r"[^0-9]+")
#: Shown by powers of ten, or as a fraction: the digits are not those of the number.
_OTHERWISE: Final = re.compile(r"[0-9][eE][+-]?[0-9]|[0-9]/[0-9]")
#: The decimals, if what stands in front of them is a decimal point.
_LAST: Final = re.compile(r"[.,]([0-9]+)[^0-9]*$")
_LONGEST: Final = 40
#: How far a float may be off, in parts of itself.
_PRECISION: Final = 1e-15


#: Numbers and digits of which a float holds each.
_PLAIN: Final = r"^-?[0-9]{1,15}(?:\.[0-9]{1,20})?$"
_FEW: Final = 15


def digits_shown(values: pa.StringArray, shown: pa.StringArray, *, is_percentage: bool) -> pa.StringArray:
    """Values in plain notation with the digits shown of them; null where what is shown is not their digits.

    ``1234.5`` shown as ``1.234,50 €`` is ``1234.50``; 7 shown as ``007`` is ``007``; ``0.125`` shown as ``13 %`` is
    ``13%``.
    """
    others = pa.repeat(True, len(values)) if is_percentage else pc.fill_null(pc.not_equal(values, shown), True)
    if not others.true_count:
        return values
    found = _found(values.filter(others), shown.filter(others), is_percentage=is_percentage)
    return pc.replace_with_mask(values, others, found)


def _found(values: pa.StringArray, shown: pa.StringArray, *, is_percentage: bool) -> pa.StringArray:
    digits = pc.replace_substring_regex(shown, _NO_DIGIT.pattern, "")
    count = pc.fill_null(pc.binary_length(digits), 0)
    is_few = pc.and_(pc.greater(count, 0), pc.less_equal(count, _FEW))
    is_otherwise = pc.fill_null(pc.match_substring_regex(shown, _OTHERWISE.pattern), True)
    is_plain = pc.and_not(pc.and_(is_few, pc.match_substring_regex(values, _PLAIN)), is_otherwise)
    others = pc.invert(is_plain)
    found = _at_once(*(each.filter(is_plain) for each in (values, shown, digits)), is_percentage=is_percentage)
    if not others.true_count:
        return found
    pairs = zip(values.filter(others).to_pylist(), shown.filter(others).to_pylist(), strict=True)
    one_by_one = [digits_of(value, text or "", is_percentage=is_percentage) for value, text in pairs]
    every = pc.replace_with_mask(pa.nulls(len(values), pa.string()), is_plain, found)
    return pc.replace_with_mask(every, others, pa.array(one_by_one, pa.string()))


def _at_once(
    values: pa.StringArray, shown: pa.StringArray, digits: pa.StringArray, *, is_percentage: bool
) -> pa.StringArray:
    """As ``digits_of``, of few digits."""
    numbers = values.cast(pa.float64()).to_numpy() * (100 if is_percentage else 1)
    last = pc.extract_regex(shown, _LAST.pattern.replace("(", "(?P<last>", 1)).field("last")
    decimals = pc.fill_null(pc.binary_length(last), 0).to_numpy()
    counts = digits.cast(pa.int64()).to_numpy()
    decimals = np.where(_is_shown(numbers, counts, decimals), decimals, 0)
    is_shown = _is_shown(numbers, counts, decimals)
    signs = pc.if_else(pa.array((numbers < 0) & (counts > 0)), "-", "")
    parts = _parted(digits, decimals)
    return pc.if_else(pa.array(is_shown), concatenated(signs, parts, "%" if is_percentage else ""), None)


def _is_shown(numbers: Floats, counts: Integers, decimals: Integers) -> Mask:
    scaled = np.abs(numbers) * 10.0**decimals
    is_shown: Mask = np.abs(scaled - counts) <= 0.5 + scaled * _PRECISION
    return is_shown


def _parted(digits: pa.StringArray, decimals: Integers) -> pa.StringArray:
    """Digits with a point in front of so many decimals."""
    parted = digits
    for count in np.unique(decimals[decimals > 0]).tolist():
        is_alike = pa.array(decimals == count)
        some = digits.filter(is_alike)
        whole, fraction = pc.utf8_slice_codeunits(some, 0, -count), pc.utf8_slice_codeunits(some, -count)
        whole = pc.if_else(pc.equal(whole, ""), "0", whole)
        parted = pc.replace_with_mask(parted, is_alike, concatenated(whole, ".", fraction))
    return parted


def digits_of(value: str, shown: str, *, is_percentage: bool) -> str | None:
    """One value as ``digits_shown`` says, whatever it is."""
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
