"""Mapping: from the columns a source has to the columns the target wants, as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import pyarrow as pa

from pipeline_exec.dataplane.matching import match_columns
from pipeline_exec.dataplane.problems import Problems, enumerated, listed, nearest, unknown
from pipeline_exec.dataplane.text import as_text, empty_as_null
from pipeline_exec.dataplane.transformations import build
from pipeline_exec.dataplane.transformations.step import LARGEST, Merger, Step
from pipeline_exec.errors import MappingFailure
from pipeline_exec.model.mapping import ColumnMapping, MappingConfig, MappingMode
from pipeline_exec.model.target_model import TargetColumn


class BatchMapper(Protocol):
    """Makes target columns of source columns, batch by batch."""

    @property
    def schema(self) -> pa.Schema:
        """All target columns, each a string."""

    @property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Which source columns each target column is made from."""

    def map(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A row for each row, or a fixed number of rows for each; an empty cell is null.

        Args:
            batch: The source columns in the order they were compiled for.

        Raises:
            MappingFailure: the outcome cannot be held.
        """


@dataclass(frozen=True)
class Recipe:
    """How one target column is made."""

    target: str
    sources: tuple[str, ...] = ()
    merger: Merger | None = None
    steps: tuple[Step, ...] = ()

    @property
    def wants_source(self) -> bool:
        """Whether it would make something of a source column but names none."""
        return not self.sources and all(step.needs_source for step in self.steps[:1])

    def make(self, columns: Sequence[pa.StringArray], rows: int) -> pa.StringArray:
        """The target column of so many rows, from its source columns."""
        if self.merger is not None and columns:
            _refuse_too_large(self.merger.size_after(columns))
            text = empty_as_null(self.merger.merge(columns))
        else:
            text = columns[0] if columns else pa.nulls(rows, pa.string())
        for step in self.steps:
            _refuse_too_large(step.size_after(text))
            text = empty_as_null(step.apply(text))
        return text


class Mapper:
    """The recipes of all target columns over the columns of one source."""

    def __init__(self, recipes: Sequence[Recipe], source_columns: Sequence[str]) -> None:
        self.schema = pa.schema([(recipe.target, pa.string()) for recipe in recipes])
        self.sources = {recipe.target: recipe.sources for recipe in recipes}
        self._recipes = recipes
        self._places = {name: place for place, name in reversed(list(enumerate(source_columns)))}

    def map(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """As ``BatchMapper.map``: a row for each row."""
        names = {name for recipe in self._recipes for name in recipe.sources}
        text = {name: as_text(batch.column(self._places[name])) for name in names}
        columns = [self._made(recipe, text, batch.num_rows) for recipe in self._recipes]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _made(self, recipe: Recipe, text: Mapping[str, pa.StringArray], rows: int) -> pa.StringArray:
        try:
            return recipe.make([text[name] for name in recipe.sources], rows)
        except pa.ArrowException as error:
            raise MappingFailure(
                f"The transformations of column {recipe.target!r} cannot be evaluated: {error}.",
                "Correct them in the pipeline's mapping and fix the execution.",
            ) from error


def check_mapping(config: MappingConfig, target: Sequence[TargetColumn]) -> None:
    """Refuse a mapping that can never work, whatever the source.

    Raises:
        InvalidDocument: an unknown target column or transformation, or wrong arguments; paths under ``mapping_config``.
    """
    _recipes(config, target)


def compile_mapping(config: MappingConfig, target: Sequence[TargetColumn], source_columns: Sequence[str]) -> Mapper:
    """The mapper of a source with these columns; of columns with the same name the first counts.

    In DEFAULT mode a target column for which no source column is named gets one that is called alike.

    Raises:
        InvalidDocument: as ``check_mapping``.
        MappingFailure: a mapped source column is absent; the message lists those there are.
    """
    recipes = _recipes(config, target)
    _refuse_absent(recipes.values(), source_columns)
    if config.mode is MappingMode.DEFAULT:
        wanting = [column for column in target if recipes[column.key].wants_source]
        for key, source in match_columns(wanting, source_columns).items():
            recipes[key] = replace(recipes[key], sources=(source,))
    return Mapper(list(recipes.values()), source_columns)


def _recipes(config: MappingConfig, target: Sequence[TargetColumn]) -> dict[str, Recipe]:
    problems = Problems()
    recipes = {column.key: Recipe(column.key) for column in target}
    for number, mapping in enumerate(config.mappings):
        at = f"mapping_config.mappings.{number}"
        if mapping.target_column not in recipes:
            problems.add(f"{at}.target_column", unknown("target column", mapping.target_column, recipes))
        with problems.collected():
            recipe = _recipe(mapping, at)
            recipes[recipe.target] = recipe
    problems.refuse("The mapping")
    return recipes


def _recipe(mapping: ColumnMapping, at: str) -> Recipe:
    problems = Problems()
    steps: list[Step] = []
    mergers: list[Merger] = []
    for number, transformation in enumerate(mapping.transformations):
        with problems.collected():
            built = build(transformation, at=f"{at}.transformations.{number}")
            if isinstance(built, Step):
                steps.append(built)
            elif number == 0:
                mergers.append(built)
            else:
                problems.add(f"{at}.transformations.{number}.type", _MERGED_ALREADY)
    if len(mapping.source_columns) > 1 and not mergers:
        problems.add(f"{at}.source_columns", _NOT_MERGED)
    problems.refuse(f"The mapping of {mapping.target_column!r}")
    return Recipe(mapping.target_column, mapping.source_columns, next(iter(mergers), None), tuple(steps))


def _refuse_absent(recipes: Iterable[Recipe], source_columns: Sequence[str]) -> None:
    absent = {name: recipe.target for recipe in recipes for name in recipe.sources if name not in source_columns}
    if absent:
        named = enumerated(_absent(name, target, source_columns) for name, target in absent.items())
        raise MappingFailure(
            f"The source has no column {named}; it has {listed(map(repr, source_columns))}.",
            "Correct the mapping, or the header of the source, and fix the execution.",
        )


def _refuse_too_large(size: int) -> None:
    # Some kernels count bytes in 32 bits without noticing that there are more.
    if size > LARGEST:
        raise pa.ArrowCapacityError(f"they would make {size // 2**20} MB of a batch")


def _absent(name: str, target: str, source_columns: Sequence[str]) -> str:
    meant = nearest(name, source_columns)
    hint = f"; did you mean {meant!r}?" if meant else ""
    return f"{name!r} (mapped to {target!r}{hint})"


_MERGED_ALREADY: Final = "can only be the first transformation: behind it there is one text"
_NOT_MERGED: Final = "several source columns need JOIN, CONCATENATE or COALESCE as the first transformation"
