"""Recipes: how one target column is made of source columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipeline_exec.dataplane.text import empty_as_null
from pipeline_exec.dataplane.transformations.step import (
    Merger,
    RowFunction,
    RowStep,
    Step,
    Surroundings,
    refuse_too_large,
)
from pipeline_exec.errors import MappingFailure

Cells = Mapping[str, pa.StringArray]
"""The source columns of a batch by name."""


@dataclass(frozen=True)
class Recipe:
    """What a mapping says about one target column."""

    target: str
    inputs: tuple[str, ...] = ()
    """The source columns it names."""
    merger: Merger | None = None
    steps: tuple[Step | RowStep, ...] = ()

    @property
    def wants_source(self) -> bool:
        """Whether it would make something of a source column but names none."""
        return not self.inputs and all(step.needs_source for step in self.steps[:1])

    def prepared(self, surroundings: Surroundings) -> PreparedRecipe:
        """Make it ready for one source.

        Raises:
            MappingFailure: a transformation cannot be evaluated with this source.
        """
        try:
            functions = tuple(step if isinstance(step, Step) else step.prepared(surroundings) for step in self.steps)
        except ValueError as error:
            raise failure(self.target, error) from error
        return PreparedRecipe(self.target, self.inputs, self.merger, functions)


@dataclass(frozen=True)
class PreparedRecipe:
    """A recipe for the columns of one source."""

    target: str
    inputs: tuple[str, ...]
    merger: Merger | None
    functions: tuple[Step | RowFunction, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source column the target column is made from."""
        looked_at = [
            name for function in self.functions if isinstance(function, RowFunction) for name in function.columns
        ]
        return tuple(dict.fromkeys((*self.inputs, *looked_at)))

    def make(self, cells: Cells, rows: int) -> pa.StringArray:
        """The target column of so many rows.

        Raises:
            MappingFailure: a transformation comes to nothing, or the outcome cannot be held.
        """
        try:
            text = self._begun(cells, rows)
            for function in self.functions:
                text = empty_as_null(_applied(function, text, cells))
        except (ValueError, pa.ArrowException) as error:
            raise failure(self.target, error) from error
        return text

    def _begun(self, cells: Cells, rows: int) -> pa.StringArray:
        columns = [cells[name] for name in self.inputs]
        if not columns:
            return pa.nulls(rows, pa.string())
        if self.merger is None:
            return columns[0]
        refuse_too_large(self.merger.size_after(columns))
        return empty_as_null(self.merger.merge(columns))


def failure(target: str, error: Exception) -> MappingFailure:
    """What a transformation could not do, for the author of the mapping."""
    return MappingFailure(
        f"The transformations of column {target!r} cannot be evaluated: {str(error).rstrip('.')}.",
        "Correct them in the pipeline's mapping and fix the execution.",
    )


def _applied(function: Step | RowFunction, text: pa.StringArray, cells: Cells) -> pa.StringArray:
    if isinstance(function, RowFunction):
        return function.apply(text, [cells[name] for name in function.columns])
    refuse_too_large(function.size_after(text))
    return function.apply(text)
