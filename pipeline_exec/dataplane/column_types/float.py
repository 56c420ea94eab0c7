"""Floating-point numbers, and percentages."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.numbers import NumericType, read_numbers
from pipeline_exec.dataplane.text import concatenated, keep_where


class FloatType(NumericType):
    """A number of 64 bits: ``3.14``, ``-.5``, ``1e6``.

    ``nan`` and ``inf`` are no numbers to whoever wrote them, and what is beyond 1.8e308 cannot be held: all three are
    refused.
    """

    name = "float"
    arrow_type = pa.float64()
    expectation = "a number like 1234.56"

    def read(self, text: pa.StringArray) -> pa.DoubleArray:
        values = read_numbers(text, r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$", pa.float64())
        is_finite = pc.is_finite(values)
        return values if is_finite.true_count == len(values) - values.null_count else keep_where(is_finite, values)


class PercentageType(FloatType):
    """A number of percent: ``12.5``, ``12.5%`` and ``12.5 %`` are all 12.5. A space before the sign may be no-break."""

    name = "percentage"
    expectation = "a percentage like 12.5 %"

    def read(self, text: pa.StringArray) -> pa.DoubleArray:
        return super().read(pc.replace_substring_regex(text, r"\p{Zs}?%\z", ""))

    def show(self, values: pa.Array) -> pa.StringArray:
        return concatenated(super().show(values), "%")
