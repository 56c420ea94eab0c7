"""Places in an XML document: where elements stand, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.markup.names import Prefixes
from pipeline_exec.model.limits import ReadLimits

#: How many different places there may be, beside those that limits on columns allow. Each takes some 500 bytes.
_MOST_PLACES: Final = 50_000


class Place:
    """Elements of one name within elements of one place."""

    __slots__ = ("above", "attributes", "count", "has_text", "inner", "is_repeated", "name", "seen")

    def __init__(self, name: str, above: Place | None) -> None:
        self.name = name
        """As it stands in the document, prefix and all."""
        self.above = above
        self.inner: dict[str, Place] = {}
        self.attributes: dict[str, None] = {}
        self.count = 0
        """How many elements there are at it."""
        self.has_text = False
        """Whether any of them has text of its own that is more than space."""
        self.is_repeated = False
        """Whether any element above has several of them."""
        self.seen = 0
        """Which element above had the last of them, by its number."""

    @property
    def path(self) -> tuple[str, ...]:
        """Its name, behind those above it."""
        return (*self.above.path, self.name) if self.above else (self.name,)

    def everywhere(self) -> Iterator[Place]:
        """This place and those below it, in the order of the document."""
        waiting = [self]
        while waiting:
            place = waiting.pop()
            yield place
            waiting.extend(reversed(place.inner.values()))


class Survey:
    """Learns the places of a document from its events."""

    def __init__(self, prefixes: Prefixes, limits: ReadLimits) -> None:
        self._document = Place("", None)
        self._at = self._document
        self._prefixes = prefixes
        self._limits = limits
        self._places = 0
        self._depth = 0
        self._texts: list[str] = []
        # A method of a list: text comes more often than anything else.
        self.text = self._texts.append

    def root(self) -> Place:
        """The document's element.

        Raises:
            SourceDataEmpty: there is nothing in it.
        """
        (root,) = self._document.inner.values()
        if not (root.inner or root.attributes or root.has_text):
            raise SourceDataEmpty("The XML file holds no record.", "Send a file with an element for each record.")
        root.above = None
        return root

    def start(self, name: str, attributes: list[str]) -> None:
        """As ``Events`` says."""
        above = self._at
        if self._texts:
            self._look_at_text(above)
        place = above.inner.get(name)
        if place is None:
            place = above.inner[name] = self._fresh(name, above)
        elif place.seen == above.count:
            place.is_repeated = True
        place.seen = above.count
        place.count += 1
        self._at = place
        self._depth += 1
        if attributes:
            self._learn_attributes(place, attributes)

    def end(self, name: str) -> None:  # noqa: ARG002  # an event's
        """As ``Events`` says."""
        place = self._at
        if self._texts:
            self._look_at_text(place)
        self._at = place.above or self._document
        self._depth -= 1

    def pause(self, size: int) -> None:  # noqa: ARG002  # an event's
        """As ``Events`` says."""
        if self._texts:
            self._look_at_text(self._at)

    def _look_at_text(self, place: Place) -> None:
        if not place.has_text and not all(map(str.isspace, self._texts)):
            place.has_text = True
        self._texts.clear()

    def _learn_attributes(self, place: Place, attributes: list[str]) -> None:
        for name in attributes[::2]:
            if name not in place.attributes:
                self._count_place()
                place.attributes[name] = None
        self._prefixes.learn(attributes)

    def _fresh(self, name: str, above: Place) -> Place:
        self._count_place()
        if self._depth >= self._limits.max_nesting:
            raise ParsingFailure(
                f"The XML file has more than {self._limits.max_nesting} levels of elements.",
                "Flatten it before sending it, or raise PIPELINE_EXEC_MAX_NESTING.",
            )
        return Place(name, above)

    def _count_place(self) -> None:
        self._places += 1
        if self._places > _MOST_PLACES + self._limits.max_columns:
            raise ParsingFailure(
                f"The XML file has more than {_MOST_PLACES:,} different elements and attributes.",
                "Send records whose elements have the same names.",
            )
