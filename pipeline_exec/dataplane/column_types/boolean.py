"""Truth values."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType


class BooleanType(CellType):
    """``true yes y t 1`` or ``false no n f 0``, in upper and lower case; shown as ``true`` and ``false``."""

    name = "boolean"
    arrow_type = pa.bool_()
    expectation = "true or false (yes or no, y or n, 1 or 0)"

    def read(self, text: pa.StringArray) -> pa.BooleanArray:
        return _VALUES.take(pc.index_in(pc.ascii_lower(text), _WORDS))

    def show(self, values: pa.BooleanArray) -> pa.StringArray:
        return values.cast(pa.string())


_TRUE, _FALSE = ("true", "yes", "y", "t", "1"), ("false", "no", "n", "f", "0")
_WORDS: Final = pa.array([*_TRUE, *_FALSE])
_VALUES: Final = pa.array([True] * len(_TRUE) + [False] * len(_FALSE))
