"""Cells as JSON: numbers and truth values as what they are, everything else as strings."""

from __future__ import annotations

import json
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.column_types.numbers import NumericType
from pipeline_exec.dataplane.text import concatenated

#: What JSON strings cannot hold as it stands: RFC 8259, section 7.
_SPECIAL: Final = r'["\\\x00-\x1f]'
_CONTROL: Final = r"[\x00-\x1f]"
#: The backslash comes first: the others are replaced by one.
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"'}
_CONTROL_ESCAPES: Final = {character: json.dumps(character)[1:-1] for character in map(chr, range(0x20))}


def json_cells(kind: CellType, values: pa.Array, kept: pa.StringArray | None) -> pa.StringArray:
    """The JSON of each cell of a column, ``null`` for an empty one.

    Numbers are written digit by digit, so that decimals stay exact; number formats are for text. Dates and all else are
    strings in the column's format.

    Args:
        kind: The type of the column.
        values: Its values.
        kept: The text of erroneous cells, which stands in place of their value; null elsewhere.
    """
    if isinstance(kind, NumericType):
        text = kind.plain(values)
    elif pa.types.is_boolean(values.type):
        text = values.cast(pa.string())
    else:
        text = json_strings(kind.show(values))
    return pc.fill_null(text if kept is None else pc.coalesce(json_strings(kept), text), "null")


def json_strings(text: pa.StringArray) -> pa.StringArray:
    """Each text as a JSON string; null stays null."""
    if pc.match_substring_regex(text, _SPECIAL).true_count:
        for character, escape in _ESCAPES.items():
            text = pc.replace_substring(text, character, escape)
        if pc.match_substring_regex(text, _CONTROL).true_count:
            for character, escape in _CONTROL_ESCAPES.items():
                text = pc.replace_substring(text, character, escape)
    return concatenated('"', text, '"')


def json_key(key: str) -> str:
    """A key as a JSON string, beyond ASCII as it is."""
    return json.dumps(key, ensure_ascii=False)
