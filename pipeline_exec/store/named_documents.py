"""Documents kept under a unique name: what connectors and target data models have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, delete, insert, select, update

from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.document import Document
from pipeline_exec.model.principal import Audit
from pipeline_exec.model.query import Page, Query
from pipeline_exec.store.attributes import text
from pipeline_exec.store.audit import Audited, audit_values
from pipeline_exec.store.document_attributes import DocumentAttributes
from pipeline_exec.store.json_sql import json_sql
from pipeline_exec.store.querying import Attributes, Listing
from pipeline_exec.store.refusals import refusing


class Named(Protocol):
    """A thing that is a document with an id and an audit."""

    @property
    def id(self) -> str: ...
    @property
    def document(self) -> Any: ...
    @property
    def audit(self) -> Audit: ...


Id = TypeVar("Id", bound=str)
Thing = TypeVar("Thing", bound=Named)


class NamedDocuments(ABC, Generic[Id, Thing]):
    """The rows of a table with the columns id, name, document and the audit."""

    table: Table
    audited: Audited
    document_type: type[Document]
    noun: str

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, thing: Thing) -> None:
        with refusing(self._connection, unique=lambda: self._taken(thing)):
            self._connection.execute(insert(self.table).values(id=thing.id, **self._values(thing)))

    def save(self, thing: Thing) -> None:
        statement = update(self.table).where(self.table.c.id == thing.id).values(**self._values(thing))
        with refusing(self._connection, unique=lambda: self._taken(thing)):
            saved = self._connection.execute(statement)
        if not saved.rowcount:
            raise self._unknown(thing.id)

    def get(self, thing_id: Id) -> Thing:
        thing = self._one(self.table.c.id == thing_id)
        if thing is None:
            raise self._unknown(thing_id)
        return thing

    def many(self, thing_ids: Iterable[Id]) -> Mapping[Id, Thing]:
        rows = self._connection.execute(self._rows().where(self.table.c.id.in_(list(thing_ids)))).mappings()
        return {row[self.table.c.id]: self._read(row) for row in rows}

    def named(self, name: str) -> Thing | None:
        return self._one(self.table.c.name == name)

    def find(self, query: Query) -> Page[Thing]:
        listing = Listing(self._rows(), select(self.table.c.id), self._read)
        return listing.page(self._connection, query, self._attributes())

    def delete(self, thing_id: Id) -> None:
        thing = self.get(thing_id)
        with refusing(self._connection, reference=lambda: self._in_use(thing)):
            self._connection.execute(delete(self.table).where(self.table.c.id == thing_id))

    @abstractmethod
    def _made(self, thing_id: str, document: Mapping[str, object], audit: Audit) -> Thing:
        """The thing of a row."""

    @abstractmethod
    def _users(self, thing_id: str) -> Sequence[str]:
        """What refers to the thing, each with its kind and name."""

    def _rows(self) -> Select[Any]:
        return select(self.table, *self.audited.columns).select_from(self.audited.joined())

    def _one(self, condition: ColumnElement[bool]) -> Thing | None:
        row = self._connection.execute(self._rows().where(condition)).mappings().one_or_none()
        return None if row is None else self._read(row)

    def _read(self, row: RowMapping) -> Thing:
        return self._made(row[self.table.c.id], row[self.table.c.document], self.audited.read(row))

    def _values(self, thing: Thing) -> dict[str, object]:
        document = thing.document
        return {"name": document.name, "document": document.to_json(), **audit_values(thing.audit)}

    def _attributes(self) -> Attributes:
        own = {"id": text(self.table.c.id), "name": text(self.table.c.name), **self.audited.attributes}
        return DocumentAttributes(self.document_type, self.table.c.document, json_sql(self._connection), own)

    def _taken(self, thing: Thing) -> Conflict:
        return Conflict(f"There is a {self.noun} named {thing.document.name!r} already.", "Choose another name.")

    def _unknown(self, thing_id: str) -> NotFound:
        return NotFound(f"There is no {self.noun} {thing_id!r}.")

    def _in_use(self, thing: Thing) -> Conflict:
        return Conflict(
            f"The {self.noun} {thing.document.name!r} is used by {', '.join(self._users(thing.id))}.",
            "Change or delete what uses it first.",
        )
