"""Audits: who made and who changed a row, joined from the principals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from sqlalchemy import Join, RowMapping, ScalarSelect, Table, select
from sqlalchemy.sql.expression import FromClause

from pipeline_exec.model.identity import PrincipalId
from pipeline_exec.model.principal import Audit, Principal, PrincipalType
from pipeline_exec.store.attributes import Attribute, choice, moment, text
from pipeline_exec.store.tables import principals


class Audited:
    """A table with the four audit columns, and the two principals they name."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._creator = principals.alias(f"{table.name}_creator")
        self._updater = principals.alias(f"{table.name}_updater")

    @property
    def columns(self) -> tuple[FromClause, ...]:
        """What to select beside the table's own columns."""
        return self._creator, self._updater

    def joined(self, to: FromClause | None = None) -> Join:
        """The table, or what it is joined to already, with both principals."""
        # Outer joins, though nothing is ever missing: they let a database begin only with the table, in its order.
        return (
            (self._table if to is None else to)
            .outerjoin(self._creator, self._creator.c.id == self._table.c.created_by)
            .outerjoin(self._updater, self._updater.c.id == self._table.c.updated_by)
        )

    def read(self, row: RowMapping) -> Audit:
        """The audit in a selected row."""
        return Audit(
            created_at=row[self._table.c.created_at],
            created_by=principal_of(row, self._creator),
            updated_at=row[self._table.c.updated_at],
            updated_by=principal_of(row, self._updater),
        )

    @cached_property
    def attributes(self) -> Mapping[str, Attribute]:
        """What can be asked about it."""
        return {
            "created_at": moment(self._table.c.created_at),
            "updated_at": moment(self._table.c.updated_at),
            **self._principal("created_by"),
            **self._principal("updated_by"),
        }

    def _principal(self, name: str) -> dict[str, Attribute]:
        column = self._table.c[name]

        def of_principal(attribute: str) -> ScalarSelect[str]:
            # Looked up rather than joined, so that what only counts rows needs no join.
            found = select(principals.c[attribute]).where(principals.c.id == column)
            return found.correlate(self._table).scalar_subquery()

        return {
            # The table's own column, so that its index serves.
            f"{name}.id": text(column),
            f"{name}.name": text(of_principal("name")),
            f"{name}.identifier": text(of_principal("identifier")),
            f"{name}.type": choice(of_principal("type"), PrincipalType),
        }


def principal_of(row: RowMapping, joined: FromClause) -> Principal:
    """The principal in a selected row."""
    return Principal(
        id=PrincipalId(row[joined.c.id]),
        name=row[joined.c.name],
        identifier=row[joined.c.identifier],
        type=PrincipalType(row[joined.c.type]),
    )


def audit_values(audit: Audit) -> Mapping[str, object]:
    """The four columns of an audit."""
    return {
        "created_at": audit.created_at,
        "created_by": audit.created_by.id,
        "updated_at": audit.updated_at,
        "updated_by": audit.updated_by.id,
    }
