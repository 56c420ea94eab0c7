"""Global trade item numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import chosen
from pipeline_exec.dataplane.column_types.grouped import ungrouped
from pipeline_exec.dataplane.column_types.string import StringType
from pipeline_exec.dataplane.text import Bytes, Mask, by_length, concatenated, keep_where, quoted
from pipeline_exec.model.target_model import TargetColumn


class GtinType(StringType):
    """An article number of 8, 12, 13 or 14 digits whose check digit is right: ``4006381333931``.

    Zeros in front belong to it. EAN, UPC-A and ISBN-13 are such numbers; spaces or hyphens may stand between digits.
    With the ``output_format`` ``GTIN-14`` all have 14 digits, so that one article has one number.
    """

    name = "gtin"
    expectation = "a GTIN like 4006381333931"
    attributes = frozenset({"output_format"})

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        self._is_padded = chosen("output_format", column.output_format, ("GTIN", "GTIN-14")) == "GTIN-14"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        digits = ungrouped(text)
        valid = keep_where(pa.array(_has_check_digit(digits)), digits)
        return pc.utf8_lpad(valid, max(_LENGTHS), "0") if self._is_padded else valid

    def complaints(self, text: pa.StringArray) -> pa.StringArray:
        is_sound = pc.fill_null(pc.match_substring_regex(ungrouped(text), _SOUND), False)
        return pc.if_else(
            is_sound, concatenated(quoted(text), " is not a GTIN: its check digit is wrong."), super().complaints(text)
        )


def _has_check_digit(text: pa.StringArray) -> Mask:
    is_right = np.zeros(len(text), np.bool_)
    for places, matrix in by_length(text, _LENGTHS):
        is_right[places] = _is_checked(matrix)
    return is_right


def _is_checked(matrix: Bytes) -> Mask:
    """GS1 General Specifications, 7.9: weights of 3 and 1 from the right, where the check digit itself weighs 1."""
    digits = matrix - np.uint8(ord("0"))
    total = np.zeros(len(matrix), np.int16)
    for column in range(matrix.shape[1]):
        is_odd_from_right = (matrix.shape[1] - column) % 2
        total += digits[:, column] if is_odd_from_right else digits[:, column] * np.int16(3)
    is_checked: Mask = (total % 10 == 0) & (digits <= 9).all(axis=1)
    return is_checked


_LENGTHS: Final = (8, 12, 13, 14)
_SOUND: Final = r"\A(?:[0-9]{8}|[0-9]{12,14})\z"
