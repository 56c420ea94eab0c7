"""Patterns of elements as they are known: attributes and elements in the order that is known, each may miss.

Only single characters are repeated without a way back: Python before 3.11.5 matches groups so by mistake
(https://github.com/python/cpython/issues/106052). What an optional group could give back matches nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pipeline_exec.formats.markup.place import Place

SPACES: Final = rb"[ \t\r\n]*+"
TEXT: Final = rb"[^<\r]*+"
VALUE: Final = rb'="[^"<\t\r\n]*+"'


def tag(place: Place, attributes: bytes, rest: bytes) -> bytes:
    """An element that begins with these attributes."""
    return rb"<" + name_of(place) + attributes + SPACES + rest


def attribute(name: str, value: bytes) -> bytes:
    """An attribute that may miss."""
    return rb"(?:[ \t\r\n]++" + re.escape(name.encode()) + value + rb")?"


def within(place: Place, one: Callable[[Place], bytes], several: Callable[[Place], bytes]) -> bytes:
    """The elements within one: how ``one`` matches those that are not repeated, ``several`` those that are."""
    found = (several(inner) if inner.is_repeated else optional(one(inner)) for inner in place.inner.values())
    return SPACES + b"".join(found)


def optional(element: bytes) -> bytes:
    """An element that may miss."""
    return rb"(?:" + element + SPACES + rb")?"


def has_text(place: Place) -> bool:
    """Whether elements that have none within them may have text: what is known of others is learned by the parser."""
    return place.has_text or not place.attributes


def closing(place: Place) -> bytes:
    """The end of an element."""
    return rb"</" + name_of(place) + SPACES + rb">"


def repeated(place: Place) -> bytes:
    """Any number of elements of a place, without groups."""
    return rb"(?:" + _whole(place) + SPACES + rb")*"


def section(place: Place) -> bytes:
    """A group of any number of elements of a place."""
    return rb"(" + repeated(place) + rb")"


def name_of(place: Place) -> bytes:
    """The name of an element, to be matched."""
    return re.escape(place.name.encode())


def _whole(place: Place) -> bytes:
    attributes = b"".join(attribute(name, VALUE) for name in place.attributes)
    content = within(place, _whole, repeated) if place.inner else TEXT if has_text(place) else b""
    return tag(place, attributes, rb"(?:/>|>" + content + closing(place) + rb")")
