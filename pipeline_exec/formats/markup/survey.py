"""A survey of an XML document: which places it has."""

from __future__ import annotations

from typing import Final

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.markup.characters import Irregular, check_characters
from pipeline_exec.formats.markup.names import Prefixes
from pipeline_exec.formats.markup.place import Place
from pipeline_exec.formats.markup.template import Template, template_of
from pipeline_exec.model.limits import ReadLimits

#: How many different places there may be, beside those that limits on columns allow. Each takes some 500 bytes.
_MOST_PLACES: Final = 50_000
#: Where there are more, no template of them is looked for.
_MOST_TRIED: Final = 1_000


class Survey:
    """Learns the places of a document from its events."""

    def __init__(self, prefixes: Prefixes, limits: ReadLimits, *, in_runs: bool = True) -> None:
        """Begin a survey.

        Args:
            prefixes: To be learned, too.
            limits: On levels and columns.
            in_runs: Whether records may be told of at once.
        """
        self._in_runs = in_runs
        self._told_at_once: set[Place] = set()
        self._document = Place("", None)
        self._at = self._document
        self._prefixes = prefixes
        self._limits = limits
        self._places = 0
        self._changes = 0
        """How often something became known that was not before."""
        self._record: Place | None = None
        self._template: Template | None = None
        self._known: tuple[Place | None, int] = (None, 0)
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

    def is_counted(self, place: Place) -> bool:
        """Whether a place has its count; those within records that were told of at once have not."""
        return self._told_at_once.isdisjoint(place.all_above())

    def template(self) -> Template | None:
        """As ``Events`` says: of the elements that are repeated most, and in no others that are."""
        if not self._in_runs or self._places > _MOST_TRIED:
            return None
        record = max(self._document.outermost_repeated(), key=lambda place: place.count, default=None)
        if record is not None and (record, self._changes) != self._known:
            self._known = record, self._changes
            self._template = template_of(record, self._prefixes)
        self._record = record
        return self._template

    def is_between_records(self) -> bool:
        """As ``Events`` says."""
        return self._record is not None and self._at is self._record.above

    def run(self, data: bytes, at: int) -> int:
        """As ``Events`` says."""
        if self._record is None or self._template is None:
            return at
        end = self._template.end(data, at)
        try:
            check_characters(data[at:end])
        except Irregular:
            return at
        self._record.count += self._template.count(data, at, end)
        self._told_at_once.add(self._record)
        return end

    def start(self, name: str, attributes: list[str]) -> None:
        """As ``Events`` says."""
        above = self._at
        if self._texts:
            self._look_at_text(above)
        place = above.inner.get(name)
        if place is None:
            place = above.inner[name] = self._fresh(name, above)
        elif place.seen == above.count and not place.is_repeated:
            self._repeat(place)
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

    def _repeat(self, place: Place) -> None:
        place.is_repeated = True
        self._changes += 1

    def _look_at_text(self, place: Place) -> None:
        if not place.has_text and not all(map(str.isspace, self._texts)):
            place.has_text = True
            self._changes += 1
        self._texts.clear()

    def _learn_attributes(self, place: Place, attributes: list[str]) -> None:
        if not place.attributes.keys() >= set(attributes[::2]):
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
        self._changes += 1
        if self._places > _MOST_PLACES + self._limits.max_columns:
            raise ParsingFailure(
                f"The XML file has more than {_MOST_PLACES:,} different elements and attributes.",
                "Send records whose elements have the same names.",
            )
