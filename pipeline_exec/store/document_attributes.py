"""Attributes of documents: everything users write can be asked about, by its dotted path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Double, case, cast, exists, not_, or_

from pipeline_exec.model.query import Operator
from pipeline_exec.store.attributes import Attribute, Reading, Value, as_flag, as_moment, as_number, as_text, one_of
from pipeline_exec.store.column_types import Text
from pipeline_exec.store.document_places import Place, places
from pipeline_exec.store.json_sql import JsonSql, Node
from pipeline_exec.store.querying import Attributes

#: What each database calls the JSON types.
_TEXTS, _NUMBERS, _FLAGS = ("text", "string"), ("integer", "real", "number"), ("true", "false", "boolean")


@dataclass(frozen=True)
class Elements:
    """Values in the elements of arrays: what is asked of them holds when it holds of one."""

    value: Value
    exists_where: Callable[[ColumnElement[bool]], ColumnElement[bool]]
    """Whether there is an element of which a condition is true."""

    def holds(self, operator: Operator, value: object) -> ColumnElement[bool]:
        """As ``Attribute.holds``."""
        if operator is Operator.NULL:
            present = self.exists_where(not_(self.value.absent))
            return not_(present) if as_flag(value) else present
        return self.exists_where(self.value.holds(operator, value))

    def order(self, *, descending: bool) -> Sequence[ColumnElement[Any]]:  # noqa: ARG002 - the protocol's signature
        """As ``Attribute.order``."""
        raise ValueError("is a list, and there is no order among lists")


class DocumentAttributes(Attributes):
    """All that can be asked of things made of a document; each is compiled when it is asked about."""

    def __init__(
        self,
        model: type[BaseModel],
        document: ColumnElement[Any],
        json: JsonSql,
        own: Mapping[str, Attribute],
        *,
        prefix: str = "",
    ) -> None:
        """What there is.

        Args:
            model: The document's schema.
            document: The column that holds the documents.
            json: The database's way with JSON.
            own: Attributes with columns of their own; they come first where the document has one of the same name.
            prefix: What stands before the names of the document's attributes, with its dot.
        """
        super().__init__(own)
        self._places = places(model)
        self._document = document
        self._json = json
        self._prefix = prefix

    def get(self, name: str) -> Attribute | None:
        own = super().get(name)
        if own is not None or not name.startswith(self._prefix):
            return own
        place = self._place(name.removeprefix(self._prefix).split("."))
        return None if place is None else attribute_at(place, self._document, self._json)

    def names(self) -> Iterable[str]:
        yield from super().names()
        for name, place in self._places.items():
            yield f"{self._prefix}{name}.*" if place.is_open else self._prefix + name

    def _place(self, keys: Sequence[str]) -> Place | None:
        exact = self._places.get(".".join(keys))
        if exact is not None and not exact.is_open:
            return exact
        for length in range(len(keys) - 1, 0, -1):
            above = self._places.get(".".join(keys[:length]))
            if above is not None:
                return above.below(keys[length:])
        return None


def attribute_at(place: Place, document: ColumnElement[Any], json: JsonSql) -> Attribute:
    """The attribute at a place of the documents in a column."""
    rows = []
    for path in place.arrays:
        rows.append(json.each(document, path))
        document = rows[-1].c.value
    node = json.at(document, place.path) if place.path else json.item(rows[-1])
    value = Value(tuple(_readings(place.type, node, json)), or_(node.type.is_(None), node.type == "null"))
    if not rows:
        return value
    return Elements(value, lambda condition: exists().select_from(*rows).where(condition))


def _readings(type: type, node: Node, json: JsonSql) -> Iterator[Reading]:
    """A document may be older than its schema: a value of another type reads as none."""
    words = case((node.type.in_(_TEXTS), node.text))
    if type in (float, object):
        yield Reading(case((node.type.in_(_NUMBERS), cast(node.text, Double))), as_number)
    if type in (str, object):
        yield Reading(words, as_text, is_text=True)
    if type in (bool, object):
        yield Reading(case((node.type.in_(_FLAGS), cast(node.text, Text).in_(("1", "true")))), as_flag)
    if type is datetime:
        yield Reading(case((node.type.in_(_TEXTS), json.moment(node.text))), as_moment)
    if issubclass(type, StrEnum):
        yield Reading(words, one_of(type), is_text=True)
