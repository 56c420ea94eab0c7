"""Values of JSON as they stand in a text, to cells: whole columns at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import Bytes, Places
from pipeline_exec.formats.batches import text_column
from pipeline_exec.formats.records.flatten import compact
from pipeline_exec.formats.records.members import OPENING_BRACE, QUOTE, Members
from pipeline_exec.formats.records.runs import Irregular
from pipeline_exec.formats.records.scanner import decode

_NULL, _OPENING_BRACKET = map(ord, "n[")
#: What makes the text of an array differ from the same array without spaces, or may.
_LOOSE: Final = r"[\s\\{]"


class Cells:
    """The values of one key, valid JSON each, but for the quotes of strings."""

    def __init__(self, members: Members, chosen: Places) -> None:
        """Of these members.

        Raises:
            Irregular: an object has the key twice.
        """
        self._numbers = members.numbers[chosen]
        if (self._numbers[1:] == self._numbers[:-1]).any():
            raise Irregular
        self._objects = members.objects
        self._values = members.values
        self._texts = members.values.at(chosen)
        self._firsts: Bytes = members.firsts[chosen]
        self._is_nothing = members.values.are_empty(chosen) | (self._firsts == _NULL) | (self._firsts == OPENING_BRACE)

    @cached_property
    def has_objects(self) -> bool:
        """Whether any of them is an object."""
        return bool((self._firsts == OPENING_BRACE).any())

    def text(self) -> pa.StringArray:
        """What each object has as a cell; null where it has none, and where that is an object."""
        text = self._texts
        if self._values.has_escapes:
            text = self._replaced(text, QUOTE, pc.match_substring(text, "\\"), _unescaped)
        if (self._firsts == _OPENING_BRACKET).any():
            text = self._replaced(text, _OPENING_BRACKET, pc.match_substring_regex(text, _LOOSE), _compacted)
        if self._is_nothing.any():
            text = pc.if_else(self._is_nothing, None, text)
        return text if len(text) == self._objects else _spread(text, self._numbers, self._objects)

    def objects(self) -> bytes:
        """The objects among them, with commas between them."""
        return b",".join(self._texts.cast(pa.binary()).filter(pa.array(self._firsts == OPENING_BRACE)).to_pylist())

    def where_objects(self, column: pa.StringArray) -> pa.StringArray:
        """A column of these objects, null where there is none."""
        if len(column) == self._objects:
            return column
        numbers = self._numbers[self._firsts == OPENING_BRACE]
        return _spread(column, numbers, self._objects)

    def _replaced(
        self,
        text: pa.StringArray,
        first: int,
        condition: pa.BooleanArray,
        made: Callable[[Sequence[str]], pa.StringArray],
    ) -> pa.StringArray:
        """The text, with what is made of those that begin so where the condition holds."""
        where = pc.and_(pa.array(self._firsts == first), condition)
        return pc.replace_with_mask(text, where, made(text.filter(where).to_pylist())) if where.true_count else text


def _spread(column: pa.StringArray, numbers: Places, count: int) -> pa.StringArray:
    """A column of so many cells, with those given at these places and null elsewhere."""
    places = np.full(count, -1)
    places[numbers] = np.arange(len(numbers))
    return column.take(pa.array(places, mask=places < 0))


def _unescaped(strings: Sequence[str]) -> pa.StringArray:
    quoted = '","'.join(strings)
    return text_column(json.loads(f'["{quoted}"]'))


def _compacted(arrays: Sequence[str]) -> pa.StringArray:
    try:
        return text_column(list(map(_compact, arrays)))
    except RecursionError:
        raise Irregular from None


def _compact(array: str) -> str:
    """As ``compact``, and far faster where nothing but spaces is to be changed."""
    if "\\" not in array and "{" not in array:
        # What it does not read, such as NaN, is left to the decoder.
        with suppress(msgspec.DecodeError):
            return msgspec.json.format(array, indent=-1)
    return compact(decode(array)[0])
