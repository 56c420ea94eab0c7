"""Exact numbers: columns of decimals with up to 19 digits before and 18 behind the point.

What is exact stays exact; what has more than 18 digits behind the point is rounded there, halves away from zero. No
value is lost: a row without a number carries the text that is none, so that whoever reads the column can say so.

Columns are of 128 bits while the digits they have allow for it, which is several times as fast as 256.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.numbers import digits_behind_point, is_plain_text, plain_decimals
from pipeline_exec.dataplane.text import concatenated, keep_where

WHOLE: Final = 19
"""Digits before the point."""
DECIMALS: Final = 18
"""Digits behind the point. A product of two such numbers is the largest that Arrow's decimals hold."""

NARROW: Final = 38
"""Digits of a column of 128 bits."""

Rounding = Literal["half_towards_infinity", "down", "up", "towards_zero"]


@dataclass(frozen=True)
class Numbers:
    """A number for each row, or the text of what is none, or neither where the cell is empty."""

    values: pa.Array
    """Of a type with hardly more digits than there are; null where there is no number."""
    offences: pa.StringArray | None = None
    """What stands in place of a number; None where every row has one or is empty."""

    def or_else(self, other: Numbers) -> Numbers:
        """These; where they are empty, the others."""
        mine, others = _alike(self.values, other.values)
        if self.offences is None and other.offences is None:
            return Numbers(pc.coalesce(mine, others))
        is_empty = mine.is_null() if self.offences is None else pc.and_(mine.is_null(), self.offences.is_null())
        offences = pc.if_else(is_empty, _texts(other), _texts(self))
        return Numbers(pc.if_else(is_empty, others, mine), offences)


def read(text: pa.StringArray) -> Numbers:
    """The numbers in plain notation; whitespace around them does not count."""
    if (short := _read_short(text)) is not None:
        return Numbers(_narrowed(short))
    plain = pc.utf8_trim_whitespace(text)
    is_number = pc.match_substring_regex(plain, _PATTERN)
    digits = keep_where(is_number, plain)
    values = _narrowed(digits.cast(_widest(_decimals_of(digits))))
    offences = pc.if_else(pc.or_(pc.fill_null(is_number, True), pc.equal(plain, "")), None, text)
    return Numbers(values, offences if offences.null_count < len(offences) else None)


def number(digits: str, rows: int) -> Numbers:
    """The same number in every row.

    Raises:
        ValueError: it has too many digits.
    """
    numbers = read(pa.array([digits], pa.string()))
    if numbers.offences is not None:
        raise ValueError(f"has the number {digits}; there may be {WHOLE} digits before and {DECIMALS} behind the point")
    return Numbers(pa.repeat(numbers.values[0], rows))


def show(numbers: Numbers) -> pa.StringArray:
    """Numbers in plain notation without zeros at the end; where there is none, what stands in its place."""
    text = plain_decimals(numbers.values)
    return text if numbers.offences is None else pc.coalesce(text, numbers.offences)


def add(left: Numbers, right: Numbers) -> Numbers:
    """The sum."""
    return _outcome(pc.add(*_addable(left, right)), left, "+", right)


def subtract(left: Numbers, right: Numbers) -> Numbers:
    """The difference."""
    return _outcome(pc.subtract(*_addable(left, right)), left, "-", right)


def multiply(left: Numbers, right: Numbers) -> Numbers:
    """The product."""
    digits = left.values.type.precision + right.values.type.precision + 1
    return _outcome(
        pc.multiply(_wide_enough(left.values, digits), _wide_enough(right.values, digits)), left, "*", right
    )


def divide(left: Numbers, right: Numbers) -> Numbers:
    """The quotient, rounded; of a division by zero the division itself."""
    return _outcome(_quotient(left, right), left, "/", right)


def remainder(left: Numbers, right: Numbers) -> Numbers:
    """What a division leaves, with the sign of the dividend."""
    dividend, divisor = (_wide_enough(numbers.values, NARROW + 1) for numbers in (left, right))
    quotient = _wide_enough(_quotient(left, right), NARROW + 1)
    whole = _relabeled(pc.round(quotient, 0, round_mode="towards_zero"), 76).cast(pa.decimal256(38, 0))
    # The product is no larger than the dividend.
    product = _relabeled(pc.multiply(whole, divisor), WHOLE + divisor.type.scale)
    return _outcome(pc.subtract(dividend, product), left, "%", right)


def negate(numbers: Numbers) -> Numbers:
    """The number with the other sign."""
    return Numbers(pc.negate(numbers.values), numbers.offences)


def absolute(numbers: Numbers) -> Numbers:
    """The number without its sign."""
    return Numbers(pc.abs(numbers.values), numbers.offences)


def rounded(numbers: Numbers, decimals: int, rounding: Rounding = "half_towards_infinity") -> Numbers:
    """The number with no more than so many digits behind the point."""
    if decimals >= numbers.values.type.scale:
        return numbers
    wider = _relabeled(numbers.values, numbers.values.type.precision + 1)
    kept = max(wider.type.precision - wider.type.scale + decimals, 1)
    values = pc.round(wider, decimals, round_mode=rounding).cast(_decimal(kept, decimals))
    return _outcome(values, numbers, "", Numbers(values))


def smaller(left: Numbers, right: Numbers) -> Numbers:
    """The smaller of both; empty where one is."""
    mine, others = _alike(left.values, right.values)
    return _outcome(pc.if_else(pc.less(mine, others), mine, others), left, "", right)


def larger(left: Numbers, right: Numbers) -> Numbers:
    """The larger of both; empty where one is."""
    mine, others = _alike(left.values, right.values)
    return _outcome(pc.if_else(pc.greater(mine, others), mine, others), left, "", right)


def _addable(left: Numbers, right: Numbers) -> tuple[pa.Array, pa.Array]:
    mine, others = left.values.type, right.values.type
    scale = max(mine.scale, others.scale)
    digits = max(mine.precision - mine.scale, others.precision - others.scale) + scale + 1
    return _wide_enough(left.values, digits), _wide_enough(right.values, digits)


def _quotient(left: Numbers, right: Numbers) -> pa.Array:
    """With at least one digit more than is kept behind the point, the rest cut off; null where the divisor is zero."""
    is_zero = pc.equal(right.values, pa.scalar(0, right.values.type))
    divisor = pc.if_else(is_zero, None, right.values)
    mine, others = left.values.type, divisor.type
    # So many digits Arrow gives a quotient (those of SQL Server), of a dividend with so many behind the point.
    scale = max(mine.scale, DECIMALS - others.precision + others.scale)
    behind = max(scale + others.precision - others.scale + 1, 4)
    digits = mine.precision - mine.scale + others.scale + behind
    dividend = left.values.cast(_decimal(mine.precision - mine.scale + scale, scale))
    return pc.divide(_wide_enough(dividend, digits), _wide_enough(divisor, digits))


def _outcome(values: pa.Array, left: Numbers, sign: str, right: Numbers) -> Numbers:
    """What came of an operation: rounded, with an offence where a number was expected and there is none that fits."""
    values = _fitting(values)
    if pa.types.is_decimal256(values.type):
        values = _narrowed(values)
    is_lost = pc.and_(values.is_null(), pc.and_(left.values.is_valid(), right.values.is_valid()))
    offences = _either(left.offences, right.offences)
    if is_lost.true_count:
        lost_left, lost_right = left.values.filter(is_lost), right.values.filter(is_lost)
        operations = concatenated(plain_decimals(lost_left), sign, plain_decimals(lost_right))
        offences = _either(offences, pc.replace_with_mask(pa.nulls(len(values), pa.string()), is_lost, operations))
    return Numbers(values, offences)


def _fitting(values: pa.Array) -> pa.Array:
    """The values with no more digits than a number has: rounded behind the point, null where too large before it."""
    kind = values.type
    if kind.scale > DECIMALS:
        wider = _relabeled(values, min(kind.precision + 1, 76))
        kept = wider.type.precision - kind.scale + DECIMALS
        values = pc.round(wider, DECIMALS, round_mode="half_towards_infinity").cast(_decimal(kept, DECIMALS))
        kind = values.type
    if kind.precision - kind.scale > WHOLE:
        is_small = pc.less(pc.abs(values), pa.scalar(Decimal(10) ** WHOLE, pa.decimal256(WHOLE + 1, 0)))
        values = _relabeled(values if is_small.false_count == 0 else keep_where(is_small, values), WHOLE + kind.scale)
    return values


def _either(first: pa.StringArray | None, second: pa.StringArray | None) -> pa.StringArray | None:
    if first is None or second is None:
        return second if first is None else first
    return pc.coalesce(first, second)


def _texts(numbers: Numbers) -> pa.StringArray:
    return pa.nulls(len(numbers.values), pa.string()) if numbers.offences is None else numbers.offences


def _alike(left: pa.Array, right: pa.Array) -> tuple[pa.Array, pa.Array]:
    kind = _widest(max(left.type.scale, right.type.scale))
    return left.cast(kind), right.cast(kind)


def _widest(scale: int) -> pa.DataType:
    return _decimal(WHOLE + scale, scale)


def _decimal(precision: int, scale: int) -> pa.DataType:
    return pa.decimal128(precision, scale) if precision <= NARROW else pa.decimal256(precision, scale)


def _wide_enough(values: pa.Array, digits: int) -> pa.Array:
    """The values in a type that can be part of an operation whose outcome has so many digits."""
    if digits <= NARROW or pa.types.is_decimal256(values.type):
        return values
    return values.cast(pa.decimal256(values.type.precision, values.type.scale))


def _narrowed(values: pa.Array) -> pa.Array:
    """The values in a type with no more digits than they have."""
    scale = values.type.scale
    bounds = pc.min_max(values).as_py().values()
    largest = max((abs(bound) for bound in bounds if bound is not None), default=Decimal(0))
    precision = max(len(str(int(largest))) + scale, 1)
    return values if precision >= values.type.precision else values.cast(_decimal(precision, scale))


def _relabeled(values: pa.Array, precision: int) -> pa.Array:
    """The same values under a type of another precision, which they are known to fit."""
    kind = _decimal(precision, values.type.scale)
    if kind.bit_width != values.type.bit_width:
        return values.cast(kind)
    return pa.Array.from_buffers(kind, len(values), values.buffers(), offset=values.offset)


def _read_short(text: pa.StringArray) -> pa.Array | None:
    """Numbers of so few characters that a cast can be trusted, in half the time; None unless all are such."""
    if (pc.max(pc.binary_length(text)).as_py() or 0) > WHOLE or is_plain_text(text).false_count:
        return None
    try:
        return text.cast(_widest(_decimals_of(text)))
    except pa.ArrowInvalid:
        return None


def _decimals_of(digits: pa.StringArray) -> int:
    """How many digits there are behind the point at most."""
    return pc.max(digits_behind_point(digits)).as_py() or 0


_PATTERN: Final = rf"^[+-]?(?:0*[0-9]{{1,{WHOLE}}}(?:\.[0-9]{{0,{DECIMALS}}})?|\.[0-9]{{1,{DECIMALS}}})$"
