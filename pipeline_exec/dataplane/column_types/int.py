"""Whole numbers."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.numbers import NumericType, fill_unread, read_numbers
from pipeline_exec.dataplane.text import concatenated, keep_where, quoted


class IntType(NumericType):
    """Digits with or without a sign, of 64 bits: ``42``, ``-7``, ``007``. Neither ``1.0`` nor ``1,000`` is one."""

    name = "int"
    arrow_type = pa.int64()
    expectation = "a whole number like 1234"

    def read(self, text: pa.StringArray) -> pa.Int64Array:
        values = read_numbers(text, r"^-?0*[0-9]{1,18}$", pa.int64())
        return fill_unread(values, text, _read_rest)

    def show(self, values: pa.Array) -> pa.StringArray:
        plain = self.plain(values)
        return self.format.without_decimals().show(plain) if self.format else plain

    def complaints(self, text: pa.StringArray) -> pa.StringArray:
        is_overlong = pc.match_substring_regex(text, r"^[+-]?[0-9]+$")
        overlong = concatenated(quoted(text), f" is too large: whole numbers lie between {_LEAST} and {_GREATEST}.")
        return pc.if_else(is_overlong, overlong, super().complaints(text))


def _read_rest(text: pa.StringArray) -> pa.Int64Array:
    """Numbers with a plus sign, or of as many digits as the greatest."""
    possible = keep_where(pc.match_substring_regex(text, r"^[+-]?0*[0-9]{1,19}$"), text)
    wide = possible.cast(pa.decimal128(38, 0))
    fits = pc.and_(pc.greater_equal(wide, _LEAST), pc.less_equal(wide, _GREATEST))
    return keep_where(fits, wide).cast(pa.int64())


_LEAST: Final = -(2**63)
_GREATEST: Final = 2**63 - 1
