"""Mappings: from the columns a source has to the columns the target wants."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from pipeline_exec.model.document import Document


class MappingMode(StrEnum):
    """What happens to target columns without a mapping."""

    DEFAULT = "DEFAULT"
    """They are also looked for in the source by key, label and alternative matches."""
    EXACT = "EXACT"
    """They stay empty."""


class Transformation(Document):
    """One step from source text to target text. Its arguments stand beside ``type``; the step validates them."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str

    @property
    def arguments(self) -> dict[str, object]:
        """Everything but the type."""
        return dict(self.model_extra or {})

    @property
    def connector(self) -> str | None:
        """The connector in whose table it looks values up, if it does."""
        connector = self.arguments.get("connector") if self.type == "LOOKUP" else None
        return connector if isinstance(connector, str) else None


class ColumnMapping(Document):
    """Where one target column gets its text from, and what is done to it, in order."""

    source_columns: tuple[str, ...] = ()
    target_column: str
    transformations: tuple[Transformation, ...] = ()


class MappingConfig(Document):
    """All mappings of a pipeline."""

    mode: MappingMode = MappingMode.DEFAULT
    mappings: tuple[ColumnMapping, ...] = Field(default=())

    @model_validator(mode="after")
    def _one_mapping_for_each_target(self) -> Self:
        targets = [mapping.target_column for mapping in self.mappings]
        twice = sorted({target for target in targets if targets.count(target) > 1})
        if twice:
            raise ValueError(f"each target column takes one mapping; mapped more than once: {', '.join(twice)}")
        return self

    @property
    def connectors(self) -> frozenset[str]:
        """The connectors in whose tables values are looked up."""
        steps = (step for mapping in self.mappings for step in mapping.transformations)
        return frozenset(step.connector for step in steps if step.connector is not None)

    def with_connectors(self, renamed: Callable[[str, str], str]) -> Self:
        """The same with other names for those connectors.

        Args:
            renamed: Answers the new name of a connector, given the one there and the dotted path where it stands.
        """
        mappings = tuple(
            _with_connectors(mapping, renamed, f"mappings.{place}") for place, mapping in enumerate(self.mappings)
        )
        return self.model_copy(update={"mappings": mappings})


def _with_connectors(mapping: ColumnMapping, renamed: Callable[[str, str], str], at: str) -> ColumnMapping:
    steps = tuple(
        step
        if step.connector is None
        else Transformation.model_validate(
            {**step.model_dump(), "connector": renamed(step.connector, f"{at}.transformations.{number}.connector")}
        )
        for number, step in enumerate(mapping.transformations)
    )
    return mapping.model_copy(update={"transformations": steps})
