"""Exponents: numbers as programs write very large and very small ones, ``1e-05``, taken exactly."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.numbers import digits_behind_point
from pipeline_exec.dataplane.text import concatenated, keep_where


def without_exponents(text: pa.StringArray, most_whole: int, decimals: int) -> pa.StringArray:
    """Numbers with an exponent in plain notation, to the last digit.

    Args:
        text: The cells.
        most_whole: How many digits there may be before the point.
        decimals: How many there may be behind it, zeros at the end not counted; so many are written.

    Returns:
        Null where a cell is no number with an exponent, or has more digits than these.
    """
    sign, mantissa, minus, power = pc.extract_regex(text, _NUMBER).flatten()
    digits = pc.utf8_ltrim(pc.replace_substring(mantissa, ".", ""), "0")
    significant = pc.utf8_rtrim(digits, "0")
    # The number is an integer of the last decimal place: these digits, and so many zeros behind them.
    zeros = pc.add(_power(minus, power), pc.subtract(pc.binary_length(digits), pc.binary_length(significant)))
    zeros = pc.add(pc.subtract(zeros, digits_behind_point(mantissa)), decimals)
    zeros = pc.if_else(pc.equal(significant, ""), 0, zeros)
    length = pc.add(pc.binary_length(significant), zeros)
    is_held = pc.and_(pc.greater_equal(zeros, 0), pc.less_equal(length, most_whole + decimals))
    # Not null where nothing is held: it would be repeated all the same.
    zeros_behind = pc.binary_repeat("0", pc.if_else(pc.fill_null(is_held, False), zeros, 0))
    integer = pc.utf8_lpad(concatenated(keep_where(is_held, significant), zeros_behind), decimals + 1, "0")
    whole, fraction = pc.utf8_slice_codeunits(integer, 0, -decimals), pc.utf8_slice_codeunits(integer, -decimals)
    return concatenated(sign, whole, ".", fraction)


def _power(minus: pa.StringArray, power: pa.StringArray) -> pa.Int64Array:
    number = power.cast(pa.int64())
    return pc.if_else(pc.equal(minus, "-"), pc.negate(number), number)


_NUMBER: Final = (
    r"^(?P<sign>[+-]?)(?P<mantissa>[0-9]+\.?[0-9]*|\.[0-9]+)[eE](?:\+|(?P<minus>-))?0*(?P<power>[0-9]{1,9})$"
)
