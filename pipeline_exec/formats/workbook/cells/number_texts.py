"""Numbers as they are shown: their digits, and on demand all that a format puts around them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.numbers import NumberFormat
from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.formats.workbook.cells.format_codes import Digits

#: What a workbook shows of a number at most, and what a float keeps for sure.
_SIGNIFICANT: Final = 15
#: Digits as they are and no more of them than a float keeps: they are their own shortest form.
_SHORTEST: Final = r"^(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,6})\.[0-9]{0,7}[1-9])$"
_EXACT: Final = 2.0**53
_WIDE: Final = pa.decimal128(38, _SIGNIFICANT)
_GROUPED: Final = NumberFormat(decimal=".", thousands=",", decimals=0)


def plain_texts(texts: pa.StringArray) -> pa.StringArray:
    """Numbers with the fewest digits that mean them, whole ones without a decimal point.

    Raises:
        pa.ArrowInvalid: a text is no number.
    """
    is_shortest = pc.match_substring_regex(texts, _SHORTEST)
    if is_shortest.true_count == len(texts):
        return texts
    others = pc.invert(is_shortest)
    return pc.replace_with_mask(texts, others, _shortest(texts.filter(others)))


def digit_texts(texts: pa.StringArray, look: Digits, *, whole_look: bool) -> pa.StringArray:
    """Numbers that are not negative in the digits a format shows, rounded half up as spreadsheets do.

    Args:
        texts: The numbers.
        look: The format.
        whole_look: With groups of thousands, scaled, and with what stands before and after the number. Otherwise in
            plain notation, but for percent signs, without which the number would be another.

    Raises:
        pa.ArrowInvalid: a text is no number.
    """
    shift = 2 * look.percent - (3 * look.scale if whole_look else 0)
    shown = _rounded(texts, shift, look.most_decimals)
    if look.least_decimals < look.most_decimals:
        shown = _without_zeros(shown, look.least_decimals)
    if look.whole > 1:
        shown = _filled(shown, look.whole)
    if not whole_look:
        return concatenated(shown, "%" * look.percent) if look.percent else shown
    grouped = _GROUPED.show(shown) if look.thousands else shown
    return concatenated(look.before, grouped if look.most_decimals else _parted(grouped, look.among), look.after)


def _shortest(texts: pa.StringArray) -> pa.StringArray:
    values = texts.cast(pa.float64())
    is_whole = pc.and_(pc.equal(pc.floor(values), values), pc.less_equal(pc.abs(values), _EXACT))
    whole = pc.if_else(is_whole, values, None).cast(pa.int64()).cast(pa.string())
    if whole.null_count == 0:
        return whole
    pairs = zip(pc.if_else(is_whole, 0.0, values).to_pylist(), texts.to_pylist(), strict=True)
    # What is beyond a float, or says so, stays as it is.
    return pc.coalesce(whole, pa.array([repr(value) if isfinite(value) else text for value, text in pairs]))


def _rounded(texts: pa.StringArray, shift: int, decimals: int) -> pa.StringArray:
    """Numbers times a power of ten, with exactly so many decimals."""
    is_long = pc.greater(pc.binary_length(texts), _SIGNIFICANT)
    if is_long.true_count:
        # A workbook holds 2.675 as 2.6749999999999998, and shows 2.68.
        values = texts.filter(is_long).cast(pa.float64()).to_pylist()
        texts = pc.replace_with_mask(texts, is_long, pa.array([f"{each:.{_SIGNIFICANT}g}" for each in values]))
    try:
        return _rounded_at_once(texts, shift, decimals)
    except pa.ArrowInvalid:
        return pa.array([_rounded_one(text, shift, decimals) for text in texts.to_pylist()], pa.string())


def _rounded_at_once(texts: pa.StringArray, shift: int, decimals: int) -> pa.StringArray:
    places = decimals + shift
    if not 0 <= places <= _SIGNIFICANT:
        raise pa.ArrowInvalid("rounded at a place beyond what is held")
    rounded = pc.round(texts.cast(_WIDE), places, "half_towards_infinity").cast(pa.decimal128(38, places))
    # The same digits with the point elsewhere.
    shifted = pa.Array.from_buffers(pa.decimal128(38, decimals), len(rounded), rounded.buffers(), offset=rounded.offset)
    return shifted.cast(pa.string())


def _rounded_one(text: str, shift: int, decimals: int) -> str:
    try:
        return f"{_half_up(Decimal(text).scaleb(shift), decimals):f}"
    except InvalidOperation:
        # More digits than a decimal takes: it is far beyond what a format can round.
        return text


def _half_up(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP")


def _without_zeros(texts: pa.StringArray, least: int) -> pa.StringArray:
    """Without the zeros at the end of the decimals, but for so many decimals."""
    kept = rf"(\.[0-9]{{{least}}}[0-9]*?)0+$" if least else r"(\.[0-9]*?)0+$"
    return pc.replace_substring_regex(pc.replace_substring_regex(texts, kept, r"\1"), r"\.$", "")


def _parted(digits: pa.StringArray, among: Sequence[tuple[int, str]]) -> pa.StringArray:
    """Digits with what stands among them, by how many of them stand behind it."""
    inserted = 0
    for count, text in reversed(among):
        cut = count + inserted
        front, back = pc.utf8_slice_codeunits(digits, 0, -cut), pc.utf8_slice_codeunits(digits, -cut)
        digits, inserted = concatenated(front, text, back), inserted + len(text)
    return digits


def _filled(texts: pa.StringArray, whole: int) -> pa.StringArray:
    """With zeros in front, up to so many digits before the decimal point."""
    decimals = pc.replace_substring_regex(texts, r"^[0-9]*", "")
    return concatenated(pc.utf8_lpad(pc.replace_substring_regex(texts, r"\..*$", ""), whole, "0"), decimals)
