"""Mappings: from the columns a source has to the columns the target wants."""

from __future__ import annotations

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
