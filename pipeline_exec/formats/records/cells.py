"""Values of JSON as they stand in a text, to cells: whole columns at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from pipeline_exec.dataplane.text import Bytes, Offsets, empty_as_null
from pipeline_exec.formats.batches import text_column
from pipeline_exec.formats.records.flatten import compact
from pipeline_exec.formats.records.runs import Irregular
from pipeline_exec.formats.records.scanner import decode

_QUOTE, _NULL, _ARRAY, _OBJECT = map(ord, '"n[{')
#: What makes the text of an array differ from the same array without spaces, or may.
_LOOSE: Final = r"[\s\\{]"


class Cells:
    """The values of one key, valid JSON each; empty where an object has no such key."""

    def __init__(self, values: Sequence[Raw]) -> None:
        data = b"".join(values)
        ends = np.zeros(len(values) + 1, np.int32)
        np.cumsum(np.fromiter(map(len, values), np.int32, len(values)), out=ends[1:])
        self._texts = pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(data))
        self._first = _first_bytes(ends, np.frombuffer(data, np.uint8))
        self._has_escapes = b"\\" in data

    @cached_property
    def has_objects(self) -> bool:
        """Whether any of them is an object."""
        return bool((self._first == _OBJECT).any())

    def text(self) -> pa.StringArray:
        """What each of them is as a cell; null where there is none, and where it is an object."""
        text = self._texts
        if (self._first == _QUOTE).any():
            text = pc.ascii_trim(text, '"')
            if self._has_escapes:
                text = self._replaced(text, self._escaped(), _unescaped)
        if (self._first == _ARRAY).any():
            text = self._replaced(text, self._loose(), _compacted)
        is_nothing = (self._first == _NULL) | (self._first == _OBJECT)
        return empty_as_null(pc.if_else(pa.array(is_nothing), None, text) if is_nothing.any() else text)

    def objects(self) -> str:
        """The objects among them, with commas between them."""
        return ",".join(self._texts.filter(pa.array(self._first == _OBJECT)).to_pylist())

    def where_objects(self, column: pa.StringArray) -> pa.StringArray:
        """A column of these objects, null where there is none."""
        if len(column) == len(self._first):
            return column
        return pc.replace_with_mask(pa.nulls(len(self._first), pa.string()), pa.array(self._first == _OBJECT), column)

    def _escaped(self) -> pa.BooleanArray:
        return pc.and_(pa.array(self._first == _QUOTE), pc.match_substring(self._texts, "\\"))

    def _loose(self) -> pa.BooleanArray:
        return pc.and_(pa.array(self._first == _ARRAY), pc.match_substring_regex(self._texts, _LOOSE))

    def _replaced(
        self, text: pa.StringArray, where: pa.BooleanArray, made: Callable[[Sequence[str]], pa.StringArray]
    ) -> pa.StringArray:
        if not where.true_count:
            return text
        return pc.replace_with_mask(text, where, made(self._texts.filter(where).to_pylist()))


def _first_bytes(ends: Offsets, data: Bytes) -> Bytes:
    firsts = np.zeros(len(ends) - 1, np.uint8)
    is_there = ends[1:] > ends[:-1]
    firsts[is_there] = data[ends[:-1][is_there]]
    return firsts


def _unescaped(strings: Sequence[str]) -> pa.StringArray:
    return text_column(json.loads(f"[{','.join(strings)}]"))


def _compacted(arrays: Sequence[str]) -> pa.StringArray:
    try:
        return text_column([compact(decode(array)[0]) for array in arrays])
    except RecursionError:
        raise Irregular from None
