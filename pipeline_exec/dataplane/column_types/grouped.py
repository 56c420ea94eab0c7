"""Codes that people write in groups for the eye: account numbers, article numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import bytes_of, keep_where, without_bytes


def ungrouped(text: pa.StringArray) -> pa.StringArray:
    """Codes in one piece: without single spaces or hyphens between two characters. What has others is null."""
    if bytes_of(text)[1].max(initial=0) > _LAST_OF_ASCII:
        text = pc.replace_substring_regex(text, _OTHER_SPACES, " ")
    places, data = bytes_of(text)
    is_separator = _IS_SEPARATOR[data]
    if not is_separator.any():
        return text
    # An edge is the first or the last byte of a cell: there a separator separates nothing, and so it does beside one.
    is_edge = np.zeros(len(data) + 1, np.bool_)
    is_edge[places] = True
    follows = np.append(is_separator[1:], False)
    is_stray = is_separator & (is_edge[:-1] | is_edge[1:] | follows)
    strays_before = np.append(0, np.cumsum(is_stray))
    has_none = strays_before[places[1:]] == strays_before[places[:-1]]
    return keep_where(pa.array(has_none), without_bytes(text, is_separator))


_LAST_OF_ASCII: Final = 0x7F
#: No-break spaces, as word processors set them.
_OTHER_SPACES: Final = "[\u00a0\u2007\u202f]"
_IS_SEPARATOR: Final = np.zeros(256, np.bool_)
_IS_SEPARATOR[[ord(" "), ord("-")]] = True
