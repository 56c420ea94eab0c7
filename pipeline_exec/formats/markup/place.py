"""Places in an XML document: where elements stand, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator


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

    def all_above(self) -> Iterator[Place]:
        """The places it stands within, the nearest first."""
        place = self.above
        while place is not None:
            yield place
            place = place.above

    def everywhere(self) -> Iterator[Place]:
        """This place and those below it, in the order of the document."""
        waiting = [self]
        while waiting:
            place = waiting.pop()
            yield place
            waiting.extend(reversed(place.inner.values()))

    def outermost_repeated(self) -> Iterator[Place]:
        """The places below it that are repeated and stand in no other that is."""
        for place in self.inner.values():
            if place.is_repeated:
                yield place
            else:
                yield from place.outermost_repeated()
