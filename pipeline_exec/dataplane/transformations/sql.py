"""SQL: what an expression over the row says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Final

import pyarrow as pa
from pydantic import AfterValidator

from pipeline_exec.dataplane.sql import Expression, checked
from pipeline_exec.dataplane.transformations.step import RowFunction, RowStep, Surroundings

VALUE: Final = "value"
"""What expressions call the text so far. A source column of this name is ``source."value"`` to them."""


def _scalar(text: str) -> str:
    try:
        checked(text)
    except ValueError as error:
        raise ValueError(f"the expression {error}") from None
    return text


class Sql(RowStep):
    """The value of a scalar SQL expression over the source's columns by name, and ``value``, the text so far.

    All of them are text, an empty cell is NULL. Dates and times become ISO 8601, truth values true and false.
    """

    expression: Annotated[str, AfterValidator(_scalar)]

    @cached_property
    def needs_source(self) -> bool:
        return any([name.lower() for name in node.column] == [VALUE] for node in checked(self.expression))

    def prepared(self, surroundings: Surroundings) -> RowFunction:
        try:
            given = Expression(self.expression, surroundings.columns, beside=[VALUE])
            as_text = Expression(_text_of(self.expression, given.type), surroundings.columns, beside=[VALUE])
        except ValueError as error:
            raise ValueError(f"the expression {error}") from error
        names = [*surroundings.columns, VALUE]
        looked_at = [place for place in as_text.places if place < len(surroundings.columns)]

        def apply(text: pa.StringArray, columns: Sequence[pa.StringArray]) -> pa.StringArray:
            cells = dict(zip(looked_at, columns, strict=True)) | {len(names) - 1: text}
            try:
                return as_text.values({place: cells[place] for place in as_text.places}, len(text)).cast(pa.string())
            except ValueError as error:
                raise ValueError(f"the expression {error}") from error

        return RowFunction([names[place] for place in looked_at], apply)


def _text_of(expression: str, kind: pa.DataType) -> str:
    """The expression, converted to text.

    Raises:
        ValueError: it has no value that is one cell.
    """
    text = f"CAST((\n{expression}\n) AS VARCHAR)"
    if pa.types.is_timestamp(kind):
        text = f"replace({text}, ' ', 'T')"
        return f"regexp_replace({text}, '[+]00$', 'Z')" if kind.tz else text
    if not any(is_scalar(kind) for is_scalar in _SCALARS):
        raise ValueError(f"must answer a number, text, date, time or truth value, not {kind}")
    return text


_SCALARS: Final = (
    *(pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_string),
    *(pa.types.is_large_string, pa.types.is_date, pa.types.is_time, pa.types.is_null),
)
