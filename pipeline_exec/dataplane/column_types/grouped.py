"""Codes that people write in groups for the eye: account numbers, article numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import bytes_of, keep_where, without_bytes


def ungrouped(text: pa.StringArray) -> pa.StringArray:
    """Codes in one piece: without single spaces or hyphens between two characters. What has others is null."""
    text = with_plain_separators(text)
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


def with_plain_separators(text: pa.StringArray) -> pa.StringArray:
    """Spaces and hyphens as a keyboard has them, where word processors set finer ones."""
    if bytes_of(text)[1].max(initial=0) <= _LAST_OF_ASCII:
        return text
    return pc.replace_substring_regex(pc.replace_substring_regex(text, _TYPESET_SPACES, " "), _TYPESET_HYPHENS, "-")


_LAST_OF_ASCII: Final = 0x7F
#: No-break and narrow spaces, hyphens, dashes and the minus sign.
_TYPESET_SPACES: Final = "[\u00a0\u2007\u2009\u202f]"
_TYPESET_HYPHENS: Final = "[\u2010-\u2015\u2212]"
_IS_SEPARATOR: Final = np.zeros(256, np.bool_)
_IS_SEPARATOR[[ord(" "), ord("-")]] = True
