"""Elements that are repeated within records, as JSON text: whole columns at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.json_cells import json_key, json_strings
from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.formats.markup import patterns
from pipeline_exec.formats.markup.characters import Irregular, resolved
from pipeline_exec.formats.markup.place import Place
from pipeline_exec.formats.markup.plan import OWN_TEXT, Plan

#: Stands between the elements of two records; no document holds it.
_BETWEEN: Final = b"\0"
#: What is matched of an attribute in front of its value, and of an element in front of its text.
_BEFORE_VALUE: Final = len('="')
_BEFORE_TEXT: Final = len(">")


class ListReader:
    """Reads the elements of a place that is repeated within records."""

    def __init__(self, place: Place, plan: Plan) -> None:
        self._element = _Element(place, plan)
        self._elements = re.compile(self._element.pattern() + patterns.SPACES + rb"|([\s\S])")

    def cells(self, sections: Sequence[bytes]) -> pa.StringArray:
        """The JSON text of the elements in each section, null where it has none.

        Raises:
            Irregular: there is something else in a section.
        """
        found = self._elements.findall(_BETWEEN.join(sections))
        if not found:
            return pa.nulls(len(sections), pa.string())
        *groups, others = zip(*found, strict=True)
        if not {b"", _BETWEEN}.issuperset(others):
            raise Irregular
        is_element = ~np.fromiter(map(bool, others), np.bool_, len(others))
        columns = (pa.array(group, pa.binary()).view(pa.string()).filter(pa.array(is_element)) for group in groups)
        ends = np.append(np.cumsum(is_element)[~is_element], is_element.sum())
        return _lists(self._element.json(columns), np.append(0, ends))


class _Element:
    """One element within a list, and those within it."""

    def __init__(self, place: Place, plan: Plan) -> None:
        self._place = place
        self._plan = plan
        self._one = {name: _Element(inner, plan.inner[name]) for name, inner in _inner(place, is_repeated=False)}
        self._several = {name: ListReader(inner, plan.inner[name]) for name, inner in _inner(place, is_repeated=True)}

    def pattern(self) -> bytes:
        """It, with the groups that ``json`` takes."""
        place = self._place
        attributes = b"".join(map(self._attribute, place.attributes))
        if place.inner:
            content = patterns.within(place, lambda inner: self._one[inner.name].pattern(), patterns.section)
            return patterns.tag(place, attributes, rb"(?:/(>)|(>)" + content + patterns.closing(place) + rb")")
        return patterns.tag(place, attributes, rb"(?:/(>)|(>" + patterns.TEXT + rb")" + patterns.closing(place) + rb")")

    def json(self, groups: Iterator[pa.StringArray]) -> pa.StringArray:
        """The JSON text of each, null where there is none.

        Args:
            groups: What each group of the pattern matched of each; those of this element are taken.
        """
        members = [self._member(label, _behind(_BEFORE_VALUE, next(groups))) for label in self._plan.labels.values()]
        is_closed, opened = next(groups), next(groups)
        text = None if self._place.inner else _behind(_BEFORE_TEXT, opened)
        for name, inner in self._place.inner.items():
            cells = (
                self._several[name].cells(next(groups).cast(pa.binary()).to_pylist())
                if inner.is_repeated
                else self._one[name].json(groups)
            )
            members.append(_named(self._plan.inner[name].name, cells))
        is_there = pc.or_(pc.not_equal(is_closed, ""), pc.not_equal(opened, ""))
        return pc.if_else(is_there, _value(members, text, len(opened)), None)

    def _attribute(self, name: str) -> bytes:
        if name not in self._plan.labels:
            return patterns.attribute(name, patterns.VALUE)
        return patterns.attribute(name, rb"(" + patterns.VALUE.removesuffix(b'"') + rb')"')

    def _member(self, label: str, values: pa.StringArray) -> pa.StringArray:
        return _named(label, json_strings(values))


def _inner(place: Place, *, is_repeated: bool) -> Iterator[tuple[str, Place]]:
    return ((name, inner) for name, inner in place.inner.items() if inner.is_repeated == is_repeated)


def _behind(size: int, matched: pa.StringArray) -> pa.StringArray:
    """What stands behind the first characters that were matched; null where nothing was."""
    text = pc.if_else(pc.equal(matched, ""), None, matched)
    return resolved(pc.utf8_slice_codeunits(text, size))


def _named(name: str, values: pa.StringArray) -> pa.StringArray:
    """Members of objects with a comma in front, empty where there is no value."""
    return pc.fill_null(concatenated(f",{json_key(name)}:", values), "")


def _value(members: list[pa.StringArray], text: pa.StringArray | None, count: int) -> pa.StringArray:
    """Objects of the members; where there are none the text, or ``null`` where there is neither."""
    own = pa.nulls(count, pa.string()) if text is None else json_strings(pc.if_else(pc.equal(text, ""), None, text))
    alone = pc.fill_null(own, "null")
    if not members:
        return alone
    joined = concatenated(*members)
    whole = concatenated("{", pc.utf8_slice_codeunits(joined, 1), _named(OWN_TEXT, own), "}")
    return pc.if_else(pc.equal(joined, ""), alone, whole)


def _lists(elements: pa.StringArray, ends: np.ndarray) -> pa.StringArray:
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), elements)
    text = concatenated("[", pc.binary_join(lists, ","), "]")
    return pc.if_else(pa.array(np.diff(ends) > 0), text, None)
