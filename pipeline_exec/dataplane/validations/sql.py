"""SQL: what must be true of a row."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from pipeline_exec.dataplane.sql import Expression, NotEvaluated
from pipeline_exec.dataplane.text import cut
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule, wrong
from pipeline_exec.errors import MappingFailure


class SqlCheck(Check):
    """The expression is true or, as in a check constraint of a database, null: unknown."""

    code = "sql"
    is_heavy = True

    def __init__(self, expression: Expression, text: str, types: Mapping[str, pa.DataType]) -> None:
        self._expression, self._text, self._types = expression, text, types

    def violations(self, cells: Cells) -> pa.BooleanArray:
        values = [_plain(cells.beside[key].values) for key in self._types]
        try:
            return pc.invert(self._expression.evaluate(pa.RecordBatch.from_arrays(values, list(self._types))))
        except NotEvaluated as error:
            raise MappingFailure(
                f"The SQL validation {cut(self._text)!r} {error}.", "Correct the expression in the target data model."
            ) from error

    def complaints(self, cells: Cells) -> pa.StringArray:
        return pa.repeat(f"Must be true of the row: {cut(self._text)}", len(cells.text))


class SqlRule(Rule):
    """A condition in DuckDB's SQL over the columns of the row, by key; null counts as fulfilled.

    Columns have the values of their types: numbers, truth values, dates, times, timestamps in UTC without a zone, else
    texts. A cell that is empty, or none of its type, is null.
    """

    code = "sql"
    expression: str = Field(min_length=1, max_length=10_000)

    def check(self, place: Place, /) -> Check:
        types = {key: _plain(pa.nulls(0, place.type_of(key, "").arrow_type)).type for key in place.types}
        try:
            expression = Expression(self.expression, list(types), types=list(types.values()))
        except ValueError as error:
            raise wrong("expression", str(error)) from None
        if not pa.types.is_boolean(expression.type):
            raise wrong("expression", "must be true or false, as a condition is: write a comparison")
        return SqlCheck(expression, self.expression, types)


def _plain(values: pa.Array) -> pa.Array:
    """Moments without their zone, which is UTC: no setting of a machine can shift them."""
    return values.cast(pa.timestamp("us")) if pa.types.is_timestamp(values.type) else values
