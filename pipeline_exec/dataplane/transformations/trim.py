"""TRIM: no whitespace at either end."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import bytes_of
from pipeline_exec.dataplane.transformations.step import Step


class Trim(Step):
    """Whitespace of every script is cut off at both ends, no-break spaces too."""

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        # Most columns have nothing to cut off, which takes less time to see than a copy; others mostly show it at once.
        may_be_cut = any(map(_may_end_in_space, (text.slice(0, _FEW), text)))
        return pc.utf8_trim_whitespace(text) if may_be_cut else text


def _may_end_in_space(text: pa.StringArray) -> bool:
    """Whether some cell begins or ends in a byte that is no printable character of ASCII."""
    places, data = bytes_of(text)
    if not len(data):
        return False
    # An empty cell has its neighbours' ends looked at once more.
    ends = (data.take(places[:-1], mode="clip"), data.take(places[1:] - 1, mode="clip"))
    return any(bool((end - _FIRST > _LAST - _FIRST).any()) for end in ends)


_FEW: Final = 1_000
_FIRST: Final = np.uint8(ord("!"))
_LAST: Final = np.uint8(ord("~"))
