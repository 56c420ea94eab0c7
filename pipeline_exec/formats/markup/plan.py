"""What becomes of the elements of a document: a cell, a part of one, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from pipeline_exec.formats.markup.names import Prefixes, shown
from pipeline_exec.formats.markup.place import Place


@dataclass
class Plan:
    """What becomes of the elements at one place."""

    name: str = ""
    """What they are called in JSON text."""
    inner: dict[str, Plan] = field(default_factory=dict)
    """By the names of the elements within; those that are not here are passed over."""
    is_record: bool = False
    is_nil: bool = False
    """Whether one has no value, whatever text it has."""
    has_records: bool = False
    """Whether records stand right within them."""
    is_leaf: bool = False
    """Whether no element has any within it: then its text counts as it is, else without space around it."""
    is_repeated: bool = False
    is_in_list: bool = False
    """Whether they are parts of JSON text."""
    column: int = -1
    """Where their text goes, or the whole list; none if negative."""
    attributes: dict[str, int] = field(default_factory=dict)
    """The columns of attributes."""
    labels: dict[str, str] = field(default_factory=dict)
    """What attributes are called in JSON text."""

    def without_value(self) -> Plan:
        """The same for an element that says it has no value."""
        return replace(self, inner={}, is_nil=True, column=self.column if self.is_in_list else -1)


#: The key of an element's own text in JSON text, where it has more than that.
OWN_TEXT: Final = "#text"

#: For elements that do not count, and those within them.
NOTHING: Final = Plan(is_leaf=True)


class Columns:
    """Plans the elements of a record, and collects the columns that makes."""

    def __init__(self, prefixes: Prefixes) -> None:
        self.names: list[str] = []
        """Dotted."""
        self.places: dict[tuple[Place, str | None], int] = {}
        """The columns of text and of attributes, but for those that are parts of JSON text, and of what is repeated."""
        self.lists: dict[Place, Plan] = {}
        """The plans of what is repeated."""
        self._prefixes = prefixes

    def record(self, place: Place) -> Plan:
        """The plan of a record."""
        plan = self._plan(place, shown([place.name])[place.name], "")
        plan.is_record = True
        return plan

    def _plan(self, place: Place, name: str, prefix: str) -> Plan:
        plan = Plan(name, is_leaf=not place.inner, is_repeated=place.is_repeated)
        attributes, elements = self._labels(place)
        if place.has_text or not (place.inner or attributes):
            plan.column = self.places[place, None] = self._add(prefix.removesuffix(".") or name)
        for attribute, label in attributes.items():
            plan.attributes[attribute] = self.places[place, attribute] = self._add(prefix + label)
        for inner in place.inner.values():
            label = elements[inner.name]
            if inner.is_repeated:
                plan.inner[inner.name] = self.lists[inner] = self._in_list(inner, label)
                self.lists[inner].column = self.places[inner, None] = self._add(prefix + label)
            else:
                plan.inner[inner.name] = self._plan(inner, label, f"{prefix}{label}.")
        return plan

    def _in_list(self, place: Place, name: str) -> Plan:
        attributes, elements = self._labels(place)
        return Plan(
            name,
            inner={inner.name: self._in_list(inner, elements[inner.name]) for inner in place.inner.values()},
            is_leaf=not place.inner,
            is_repeated=place.is_repeated,
            is_in_list=True,
            labels=attributes,
        )

    def _labels(self, place: Place) -> tuple[dict[str, str], dict[str, str]]:
        """What attributes and elements are called; an attribute named like an element has an @ in front."""
        elements = shown(place.inner)
        attributes = shown(filter(self._prefixes.is_data, place.attributes))
        taken = set(elements.values())
        return {name: f"@{label}" if label in taken else label for name, label in attributes.items()}, elements

    def _add(self, name: str) -> int:
        self.names.append(name)
        return len(self.names) - 1


def below(plan: Plan, record: Place) -> Plan:
    """The plan of a whole document of which nothing but its records counts."""
    place: Place | None = record
    while place is not None:
        plan = Plan(inner={place.name: plan}, has_records=plan.is_record)
        place = place.above
    return plan


def width(prefixes: Prefixes, place: Place) -> int:
    """How many columns the elements at a place have as records."""
    columns = Columns(prefixes)
    columns.record(place)
    return len(columns.names)
