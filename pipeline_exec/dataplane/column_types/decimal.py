"""Decimal numbers, exact to the last digit."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.exponents import without_exponents
from pipeline_exec.dataplane.column_types.numbers import (
    NumericType,
    fill_unread,
    is_plain_text,
    plain_decimals,
    read_numbers,
)


class DecimalType(NumericType):
    """A number of up to 29 digits before and 9 after the point, such as an amount of money: ``1234.50``.

    These bounds are those of NUMERIC in data warehouses. Zeros at either end do not count, and are not shown.
    Exponents, as programs write them (``1e-05``), are read to the last digit.
    """

    name = "decimal"
    arrow_type = pa.decimal128(38, 9)
    expectation = "a decimal number like 1234.56, with at most 29 digits before and 9 after the point"

    def read(self, text: pa.StringArray) -> pa.Decimal128Array:
        if (small := _read_small(text)) is not None:
            return small
        return fill_unread(read_numbers(text, _PATTERN, self.arrow_type), text, _read_unusual)

    def plain(self, values: pa.Array) -> pa.StringArray:
        if (small := _plain_small(values)) is not None:
            return small
        return plain_decimals(values)


def _read_small(text: pa.StringArray) -> pa.Decimal128Array | None:
    """Numbers below a million of ten characters or fewer, twice as fast; None where not all of them are such.

    A float is near enough to each of these that rounding to nine places, which no such text has more of, is exact.
    """
    if (pc.max(pc.binary_length(text)).as_py() or 0) > _SHORT or is_plain_text(text).false_count:
        return None
    try:
        values = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    billionths = np.rint(np.nan_to_num(values.to_numpy(zero_copy_only=False)) * 1e9)
    if np.abs(billionths).max(initial=0) > _MOST_BILLIONTHS:
        return None
    # 128 bits, the lower half first; the upper half holds nothing but the sign.
    halves = np.empty((len(text), 2), np.int64)
    halves[:, 0] = billionths
    halves[:, 1] = halves[:, 0] >> 63
    read = pa.Array.from_buffers(DecimalType.arrow_type, len(text), [None, pa.py_buffer(halves)])
    return pc.if_else(text.is_valid(), read, None) if text.null_count else read


def _read_unusual(text: pa.StringArray) -> pa.Decimal128Array:
    return fill_unread(_read_without_zeros(text), text, _read_with_exponents)


def _read_without_zeros(text: pa.StringArray) -> pa.Decimal128Array:
    shorter = pc.replace_substring_regex(text, r"(\.[0-9]{9})0+$", r"\1")
    return read_numbers(shorter, _PATTERN, DecimalType.arrow_type)


def _read_with_exponents(text: pa.StringArray) -> pa.Decimal128Array:
    return without_exponents(text, _WHOLE_DIGITS, _DECIMALS).cast(DecimalType.arrow_type)


def _plain_small(values: pa.Decimal128Array) -> pa.StringArray | None:
    """Numbers as ``_read_small`` reads them, half as fast again; None where not all of them are such, or one is tiny.

    The nearest floats differ, and the shortest text that means one of them is that of the number.
    """
    halves = np.frombuffer(values.buffers()[1], np.int64).reshape(-1, 2)[values.offset : values.offset + len(values)]
    billionths = halves[:, 0]
    is_small = (halves[:, 1] == billionths >> 63) & (np.abs(billionths) <= _MOST_BILLIONTHS)
    if not is_small.all() or ((billionths != 0) & (np.abs(billionths) < _TINY_BILLIONTHS)).any():
        return None
    text = pa.array(billionths / 1e9).cast(pa.string())
    return pc.if_else(values.is_valid(), text, None) if values.null_count else text


_WHOLE_DIGITS: Final = 29
_DECIMALS: Final = 9
_PATTERN: Final = r"^[+-]?(?:0*[0-9]{1,29}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})$"
_SHORT: Final = 10
#: 2 ** 50: there the nearest float is a quarter off at most.
_MOST_BILLIONTHS: Final = 2**50
#: Below it Arrow writes a float with an exponent.
_TINY_BILLIONTHS: Final = 1_000
