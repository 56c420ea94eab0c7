"""Which elements of an XML document are its records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.markup.place import Place

#: How many names an error gives.
_OFFERED: Final = 10


def at_path(root: Place, path: str) -> Place:
    """The place of a path: names below the document's element, or from it on, with dots or slashes between them.

    Raises:
        ParsingFailure: there is nothing.
    """
    parts = [part for part in path.split("/" if "/" in path else ".") if part]
    place, is_there = _down(root, parts)
    if not is_there and parts and _is_called(root, parts[0]):
        place, is_there = _down(root, parts[1:])
    if is_there:
        return place
    there = ", ".join(dict.fromkeys(map(_local, list(place.inner)[:_OFFERED]))) or "no element"
    raise ParsingFailure(
        f'The XML file has nothing at "{path}"; where the path stops there is: {there}.',
        "Correct read_options.record_path.",
    )


def likeliest(root: Place, width: Callable[[Place], int], is_counted: Callable[[Place], bool]) -> Place | None:
    """The repeated elements that have most columns, the more frequent ones of two alike.

    Where nothing is repeated the document holds one record: the first element that has more than one within it. Of a
    SOAP message only its body counts.

    Args:
        root: The document's element.
        width: How many columns the elements at a place have.
        is_counted: Whether all elements at a place were counted; None is answered where it takes that to tell.
    """
    content = _content(root)
    widths = {place: width(place) for place in content.everywhere() if place.is_repeated}
    if not widths:
        return _only(content)
    widest = [place for place in widths if widths[place] == max(widths.values())]
    if len(widest) > 1 and not all(map(is_counted, widest)):
        return None
    return max(widest, key=lambda place: place.count)


def _content(root: Place) -> Place:
    """The document's element, or what a SOAP message carries."""
    body, is_there = _down(root, ["Body"])
    return body if is_there and _local(root.name) == "Envelope" else root


def _only(root: Place) -> Place:
    place = root
    while len(place.inner) == 1 and not place.attributes:
        (inner,) = place.inner.values()
        if not inner.inner and not inner.attributes:
            break
        place = inner
    return place


def _down(root: Place, names: list[str]) -> tuple[Place, bool]:
    """As far as the names lead, and whether that is to their end."""
    place = root
    for name in names:
        found = next((inner for inner in place.inner.values() if _is_called(inner, name)), None)
        if found is None:
            return place, False
        place = found
    return place, True


def _is_called(place: Place, name: str) -> bool:
    return name in (place.name, _local(place.name))


def _local(name: str) -> str:
    return name.rpartition(":")[2]
