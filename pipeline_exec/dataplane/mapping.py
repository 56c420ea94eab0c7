"""Mapping: from the columns a source has to the columns the target wants, as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

import pyarrow as pa

from pipeline_exec.dataplane.mark_mapping import MarkMapper
from pipeline_exec.dataplane.matching import Suggestion, match_columns
from pipeline_exec.dataplane.problems import Problems, enumerated, listed, nearest, unknown
from pipeline_exec.dataplane.recipe import PreparedRecipe, Recipe
from pipeline_exec.dataplane.text import as_text
from pipeline_exec.dataplane.transformations import build
from pipeline_exec.dataplane.transformations.step import Merger, RowStep, Step, Surroundings, Tables, no_tables
from pipeline_exec.errors import MappingFailure
from pipeline_exec.model.mapping import ColumnMapping, MappingConfig, MappingMode
from pipeline_exec.model.mapping_record import MappedColumn, MappingRecord
from pipeline_exec.model.target_model import TargetColumn


class BatchMapper(Protocol):
    """Makes target columns of source columns, batch by batch."""

    @property
    def schema(self) -> pa.Schema:
        """All target columns, each a string."""

    @property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Which source columns each target column is made from."""

    @property
    def matches(self) -> Mapping[str, Suggestion]:
        """Of target columns for which the mapping names no source column: which was found, and why."""

    def map(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A row for each row, or a fixed number of rows for each; an empty cell is null.

        A batch with marks of irregular rows is given those of the target.

        Args:
            batch: The source columns in the order they were compiled for.

        Raises:
            MappingFailure: the outcome cannot be held.
        """


class Mapper:
    """The recipes of all target columns over the columns of one source."""

    def __init__(
        self,
        recipes: Sequence[PreparedRecipe],
        source_columns: Sequence[str],
        matches: Mapping[str, Suggestion],
    ) -> None:
        self.schema = pa.schema([(recipe.target, pa.string()) for recipe in recipes])
        self.sources = {recipe.target: recipe.sources for recipe in recipes}
        self.matches = matches
        self._recipes = recipes
        self._places = {name: source_columns.index(name) for recipe in recipes for name in recipe.sources}
        self._marks = MarkMapper([[self._places[name] for name in recipe.sources] for recipe in recipes])

    def map(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """As ``BatchMapper.map``: a row for each row."""
        cells = {name: as_text(batch.column(place)) for name, place in self._places.items()}
        columns = [recipe.make(cells, batch.num_rows) for recipe in self._recipes]
        mapped = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        return self._marks.map(batch, mapped)


def check_mapping(config: MappingConfig, target: Sequence[TargetColumn]) -> None:
    """Refuse a mapping that can never work, whatever the source.

    Raises:
        InvalidDocument: an unknown target column or transformation, or wrong arguments; paths under ``mapping_config``.
    """
    _recipes(config, target)


def compile_mapping(
    config: MappingConfig, target: Sequence[TargetColumn], source_columns: Sequence[str], tables: Tables = no_tables
) -> Mapper:
    """The mapper of a source with these columns; of columns with the same name the first counts.

    In DEFAULT mode a target column for which no source column is named gets one as ``match_columns`` finds it.

    Args:
        config: The mapping.
        target: The target's columns.
        source_columns: The names of the source's columns; marks are none.
        tables: Where values of other connectors are looked up.

    Raises:
        InvalidDocument: as ``check_mapping``.
        MappingFailure: a mapped source column is absent, or in DEFAULT mode nothing of the target is found; the message
            lists the columns there are. Or a transformation cannot be evaluated with this source.
        SourceUnresponsive, SourceRefused, ParsingFailure: as ``tables``.
    """
    recipes = _recipes(config, target)
    matches: Mapping[str, Suggestion] = {}
    _refuse_absent(recipes.values(), source_columns)
    if config.mode is MappingMode.DEFAULT:
        matches = _matches(recipes, target, source_columns)
        recipes |= {key: replace(recipes[key], inputs=(match.source_column,)) for key, match in matches.items()}
    surroundings = Surroundings(source_columns, tables)
    prepared = [recipe.prepared(surroundings) for recipe in recipes.values()]
    if config.mode is MappingMode.DEFAULT and all(recipe.wants_source for recipe in recipes.values()):
        _refuse_unrelated(prepared, source_columns)
    return Mapper(prepared, source_columns, matches)


def mapping_record(mapper: BatchMapper, source_columns: Iterable[str]) -> MappingRecord:
    """What a mapper makes each target column from, and which of the source's columns it leaves over."""
    used = {name for sources in mapper.sources.values() for name in sources}
    return MappingRecord.of(
        columns=tuple(_mapped(key, sources, mapper.matches.get(key)) for key, sources in mapper.sources.items()),
        unused_columns=tuple(name for name in source_columns if name not in used),
    )


def _mapped(target_column: str, source_columns: tuple[str, ...], match: Suggestion | None) -> MappedColumn:
    method, score = (match.method, match.score) if match else (None, None)
    return MappedColumn(target_column=target_column, source_columns=source_columns, method=method, score=score)


def _matches(
    recipes: Mapping[str, Recipe], target: Sequence[TargetColumn], source_columns: Sequence[str]
) -> dict[str, Suggestion]:
    wanting = [column for column in target if recipes[column.key].wants_source]
    named = {name for recipe in recipes.values() for name in recipe.inputs}
    return {match.target_column: match for match in match_columns(wanting, source_columns, named)}


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
    steps: list[Step | RowStep] = []
    mergers: list[Merger] = []
    for number, transformation in enumerate(mapping.transformations):
        with problems.collected():
            built = build(transformation, at=f"{at}.transformations.{number}")
            if not isinstance(built, Merger):
                steps.append(built)
            elif number == 0:
                mergers.append(built)
            else:
                problems.add(f"{at}.transformations.{number}.type", _MERGED_ALREADY)
    is_one_text = mergers or any(isinstance(step, RowStep) and step.sees_columns for step in steps[:1])
    if len(mapping.source_columns) > 1 and not is_one_text:
        problems.add(f"{at}.source_columns", _NOT_MERGED)
    problems.refuse(f"The mapping of {mapping.target_column!r}")
    return Recipe(mapping.target_column, mapping.source_columns, next(iter(mergers), None), tuple(steps))


def _refuse_absent(recipes: Iterable[Recipe], source_columns: Sequence[str]) -> None:
    absent = {name: recipe.target for recipe in recipes for name in recipe.inputs if name not in source_columns}
    if absent:
        named = enumerated(_absent(name, target, source_columns) for name, target in absent.items())
        raise MappingFailure(
            f"The source has no column {named}; it has {listed(map(repr, source_columns))}.",
            "Correct the mapping, or the header of the source, and fix the execution.",
        )


def _refuse_unrelated(recipes: Sequence[PreparedRecipe], source_columns: Sequence[str]) -> None:
    """Refuse a source, most likely a wrong file, of which nothing but empty cells would be made."""
    if any(recipe.sources or recipe.make({}, 1).null_count == 0 for recipe in recipes):
        return
    wanted = listed(repr(recipe.target) for recipe in recipes)
    raise MappingFailure(
        f"No column of the source is one of the target's, {wanted}; it has {listed(map(repr, source_columns))}.",
        "Send a file that has them, or name its columns in the pipeline's mapping_config or as alternative_matches in "
        "the target data model, and fix the execution.",
    )


def _absent(name: str, target: str, source_columns: Sequence[str]) -> str:
    meant = nearest(name, source_columns)
    hint = f"; did you mean {meant!r}?" if meant else ""
    return f"{name!r} (mapped to {target!r}{hint})"


_MERGED_ALREADY: Final = "can only be the first transformation: behind it there is one text"
_NOT_MERGED: Final = (
    "several source columns need JOIN, CONCATENATE, COALESCE, ARITHMETIC or SQL as the first transformation"
)
