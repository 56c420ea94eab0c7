"""LOOKUP: texts by what a table says of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from pipeline_exec.dataplane.column_names import ColumnNames
from pipeline_exec.dataplane.text import CellText, as_text
from pipeline_exec.dataplane.text_index import places_in
from pipeline_exec.dataplane.transformations.step import RowFunction, RowStep, Surroundings, refuse_too_large
from pipeline_exec.model.identity import ConnectorId

MOST_KEYS: Final = 5_000_000
"""Rows of a connector's table: they are held in memory."""


class OnMissing(StrEnum):
    """What becomes of a text that is not in the table."""

    KEEP = "KEEP"
    """It stays, so that a check can find it."""
    EMPTY = "EMPTY"
    """The cell becomes empty."""


class Lookup(RowStep):
    """A text becomes what stands beside it in a table: ``values``, or columns ``key`` and ``value`` of a connector.

    Of a connector that lists files the newest is read, once for each run. Of equal keys the first counts. Empty cells
    stay empty.
    """

    sees_columns: ClassVar[bool] = False
    values: dict[str, CellText] | None = Field(None, min_length=1)
    connector: ConnectorId | None = None
    key: str | None = None
    value: str | None = None
    on_missing: OnMissing = OnMissing.KEEP
    default: CellText | None = None
    """Stands for texts that are not in the table, instead of ``on_missing``."""

    @model_validator(mode="after")
    def _has_one_table(self) -> Self:
        of_connector = (self.connector, self.key, self.value)
        if self.values is None and None in of_connector:
            raise ValueError("needs values, or a connector with its columns key and value")
        if self.values is not None and of_connector != (None, None, None):
            raise ValueError("takes values or a connector, not both")
        return self

    def prepared(self, surroundings: Surroundings) -> RowFunction:
        keys, values = self._table(surroundings)
        places = places_in(keys)
        longest = max(pc.max(pc.binary_length(values)).as_py() or 0, len((self.default or "").encode()))

        def apply(text: pa.StringArray, _: Sequence[pa.StringArray]) -> pa.StringArray:
            refuse_too_large(int(text.nbytes) + len(text) * longest)
            place = places(text)
            return pc.if_else(place.is_valid(), values.take(place), self._missing(text))

        return RowFunction((), apply)

    def _missing(self, text: pa.StringArray) -> pa.StringArray:
        if self.default is not None:
            return pc.if_else(text.is_valid(), self.default, None)
        return text if self.on_missing is OnMissing.KEEP else pa.nulls(len(text), pa.string())

    def _table(self, surroundings: Surroundings) -> tuple[pa.StringArray, pa.StringArray]:
        if self.values is not None:
            return pa.array(list(self.values), pa.string()), pa.array(list(self.values.values()), pa.string())
        if self.connector is None or self.key is None or self.value is None:
            raise ValueError("needs values, or a connector with its columns key and value")
        keys: list[pa.StringArray] = []
        values: list[pa.StringArray] = []
        rows = 0
        for batch in surroundings.tables(self.connector):
            keys.append(_column(batch, self.key))
            values.append(_column(batch, self.value))
            rows += batch.num_rows
            if rows > MOST_KEYS:
                raise ValueError(f"the lookup's table has more than {MOST_KEYS:,} rows")
        return pa.concat_arrays(keys), pa.concat_arrays(values)


def _column(batch: pa.RecordBatch, name: str) -> pa.StringArray:
    try:
        place = ColumnNames(batch.schema.names).place([name])
    except ValueError as error:
        raise ValueError(f"the lookup {error}") from error
    return as_text(batch.column(place))
