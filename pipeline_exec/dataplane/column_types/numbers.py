"""Numbers in text: read in plain notation, shown in the notation of a column.

Plain are digits with a sign and a decimal point. Thousands are never guessed: NUMBER reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType, understood
from pipeline_exec.dataplane.text import bytes_of, concatenated, keep_where, unread
from pipeline_exec.model.target_model import TargetColumn


def read_numbers(text: pa.StringArray, pattern: str, arrow_type: pa.DataType) -> pa.Array:
    """The numbers of a type; null where the text does not match the pattern, all matches of which can be cast."""
    is_plain = is_plain_text(text)
    try:
        values = (keep_where(is_plain, text) if is_plain.false_count else text).cast(arrow_type)
    except pa.ArrowInvalid:
        return _matching(text, pattern).cast(arrow_type)
    return fill_unread(values, text, lambda others: _matching(others, pattern).cast(arrow_type))


def fill_unread(values: pa.Array, text: pa.StringArray, read: Callable[[pa.StringArray], pa.Array]) -> pa.Array:
    """The values, those still missing read from their text in another way; meant for few of them."""
    is_unread = unread(text, values)
    return pc.replace_with_mask(values, is_unread, read(text.filter(is_unread))) if is_unread.true_count else values


class NumericType(CellType):
    """Numbers; what they are shown like says ``number_format``."""

    is_ordered = True
    attributes = frozenset({"number_format"})

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        text = column.number_format
        self.format = understood("number_format", text, NumberFormat.parse) if text else None

    def show(self, values: pa.Array) -> pa.StringArray:
        plain = self.plain(values)
        return self.format.show(plain) if self.format else plain

    def plain(self, values: pa.Array) -> pa.StringArray:
        """The numbers in plain notation."""
        return values.cast(pa.string())


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written. Digits are never lost: ``decimals`` is how many there are at least."""

    decimal: str
    thousands: str
    decimals: int

    @classmethod
    def parse(cls, example: str) -> Self:
        """Understand an example: ``1.234,56``, ``1,234.56``, ``1 234``, ``1234.5``.

        Raises:
            ValueError: it is none; the message is a sentence for its author.
        """
        parts = _EXAMPLE.fullmatch(example)
        if parts is None or parts["thousands"] == parts["decimal"]:
            raise ValueError(f"{example!r} is no example of a number. Write it like 1.234,56 or 1,234.56 or 1234.56.")
        other = "," if parts["thousands"] == "." else "."
        return cls(parts["decimal"] or other, parts["thousands"], len(parts["decimals"] or ""))

    def without_decimals(self) -> Self:
        """The same for whole numbers."""
        return replace(self, decimals=0)

    def show(self, plain: pa.StringArray) -> pa.StringArray:
        """Numbers in plain notation, written in this one."""
        plain = _without_exponents(plain)
        fraction = pc.utf8_rpad(pc.replace_substring_regex(plain, r"^[^.]*\.?", ""), self.decimals, "0")
        whole = self._grouped(pc.replace_substring_regex(plain, r"\..*$", ""))
        return pc.if_else(pc.equal(fraction, ""), whole, concatenated(whole, self.decimal, fraction))

    def _grouped(self, whole: pa.StringArray) -> pa.StringArray:
        while self.thousands and pc.match_substring_regex(whole, _UNGROUPED).true_count:
            whole = pc.replace_substring_regex(whole, _UNGROUPED, rf"\1{self.thousands}\2")
        return whole


def _matching(text: pa.StringArray, pattern: str) -> pa.StringArray:
    return keep_where(pc.match_substring_regex(text, pattern), text)


def is_plain_text(text: pa.StringArray) -> pa.BooleanArray:
    """Where a cast can be trusted: short text of nothing but digits, signs, points and the like.

    Of other text it takes ``0x1F`` and ``nan`` for numbers too, one cell like ``n/a`` keeps a whole column from being
    cast, and a decimal with too many digits may silently become another number (pyarrow 26).
    """
    places, data = bytes_of(text)
    is_plain = np.diff(places) <= _SAFE_LENGTH
    # One comparison instead of two: what is less than the plus sign wraps around.
    is_other = data - np.uint8(ord("+")) > ord("9") - ord("+")
    if is_other.any():
        others_before = np.zeros(len(data) + 1, np.int32)
        np.cumsum(is_other, out=others_before[1:])
        is_plain &= np.diff(others_before[places]) == 0
    return pa.array(is_plain)


def digits_behind_point(text: pa.StringArray) -> pa.Int32Array:
    """How many digits each number in plain notation has behind its point."""
    points = pc.find_substring(text, ".")
    return pc.if_else(pc.less(points, 0), 0, pc.subtract(pc.subtract(pc.binary_length(text), points), 1))


def plain_decimals(values: pa.Array) -> pa.StringArray:
    """Decimals in plain notation, without zeros at the end."""
    text = values.cast(pa.string())
    if not values.type.scale:
        return text
    if values.type.scale > _WITHOUT_EXPONENT:
        has_exponent = pc.match_substring(text, "E")
        if has_exponent.true_count:
            text = pc.replace_with_mask(text, pc.fill_null(has_exponent, False), _tiny(values.filter(has_exponent)))
    return pc.ascii_rtrim(pc.ascii_rtrim(text, "0"), ".")


def _tiny(values: pa.Array) -> pa.StringArray:
    """What Arrow writes with an exponent. One more or less than it is, it has all its digits."""
    sign = pc.if_else(pc.less(values, pa.scalar(0, values.type)), "-0", "0")
    return concatenated(sign, pc.utf8_slice_codeunits(pc.add(pc.abs(values), _ONE).cast(pa.string()), 1))


def _without_exponents(plain: pa.StringArray) -> pa.StringArray:
    has_exponent = pc.match_substring(plain, "e")
    if not has_exponent.true_count:
        return plain
    # Very large and very small numbers only: rare enough for Python.
    written_out = [format(Decimal(number), "f") for number in plain.filter(has_exponent).to_pylist()]
    return pc.replace_with_mask(plain, pc.fill_null(has_exponent, False), pa.array(written_out, pa.string()))


_EXAMPLE = re.compile(r"1(?P<thousands>[.,' \u2019\u00a0\u2009\u202f]?)234(?:(?P<decimal>[.,])(?P<decimals>[0-9]+))?")
_UNGROUPED = r"^([+-]?[0-9]+)([0-9]{3})"
#: So many digits fit before the nine places behind the point of a decimal.
_SAFE_LENGTH = 29
#: Up to so many digits behind the point Arrow writes none with an exponent but zero, whose digits are cut off.
_WITHOUT_EXPONENT = 6
_ONE = pa.scalar(1, pa.decimal256(1, 0))
