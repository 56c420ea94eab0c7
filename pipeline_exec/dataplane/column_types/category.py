"""Options out of a list."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.problems import Problems, listed
from pipeline_exec.dataplane.text import keep_where
from pipeline_exec.model.target_model import Option, TargetColumn


class CategoryType(CellType):
    """The value of one of the column's options.

    A cell is looked for among their values, then their labels, then their alternative matches; if it is none of these,
    once more without regard to case. Where options share a name, the first is meant.
    """

    name = "category"
    attributes = frozenset({"options"})

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        _refuse_repeated(column)
        self.expectation = f"one of the options: {listed(option.value for option in column.options)}"
        names, values = zip(*_names(column.options), strict=True)
        self._names, self._values = pa.array(names, pa.string()), pa.array(values, pa.string())

    def read(self, text: pa.StringArray) -> pa.StringArray:
        place = pc.index_in(text, self._names)
        if place.null_count > text.null_count:
            unread = keep_where(place.is_null(), text)
            place = pc.coalesce(place, pc.index_in(pc.utf8_lower(unread), pc.utf8_lower(self._names)))
        return self._values.take(place)

    def show(self, values: pa.StringArray) -> pa.StringArray:
        return values


def _names(options: Sequence[Option]) -> list[tuple[str, str]]:
    """Every name of an option with the option's value; those that count more come first."""
    return [
        *((option.value, option.value) for option in options),
        *((option.label, option.value) for option in options),
        *((name, option.value) for option in options for name in option.alternative_matches),
    ]


def _refuse_repeated(column: TargetColumn) -> None:
    problems = Problems()
    values = [option.value for option in column.options]
    for number, value in enumerate(values):
        if value in values[:number]:
            problems.add(f"options.{number}.value", f"{value!r} is the value of an option before")
        if not value:
            problems.add(f"options.{number}.value", "is empty; an option needs a value")
    problems.refuse(f"Column {column.key!r}")
