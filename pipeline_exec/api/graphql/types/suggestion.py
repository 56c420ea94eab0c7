"""Suggested mappings: which source columns a target data model's columns probably mean."""

from __future__ import annotations

from typing import Self

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.pipeline_input import ReadOptionsInput
from pipeline_exec.api.graphql.types.preview import SampleInput
from pipeline_exec.api.graphql.types.specimen import Specimen
from pipeline_exec.model.mapping_record import Method
from pipeline_exec.services import suggestions


@strawberry.type
class Suggestion(Mirror):
    """The source column that a target column probably means."""

    target_column: str
    source_column: str
    method: Method
    """How it was found."""
    score: float
    """From 0 to 1: how sure that is; 1 for a name that is the same to the letter."""


@strawberry.type
class SuggestedMapping:
    """What is proposed for one source."""

    source_columns: list[str]
    mappings: list[Suggestion]
    """One for each target column that a source column was found for."""
    source: Specimen | None
    """What was looked at; null where no connector was asked."""

    @classmethod
    def of(cls, suggested: suggestions.SuggestedMapping) -> Self:
        specimen = suggested.specimen
        return cls(
            source_columns=list(suggested.source_columns),
            mappings=[Suggestion.of(each) for each in suggested.suggestions],
            source=None if specimen is None else Specimen.of(specimen),
        )


@strawberry.input
class SuggestMappingInput:
    """A target data model and one source: its columns, the connector to ask for them, or a sample."""

    target_data_model_id: strawberry.ID
    source_columns: list[str] | None = UNSET
    connector_id: strawberry.ID | None = UNSET
    sample: SampleInput | None = UNSET
    read_options: ReadOptionsInput | None = UNSET
    """How the connector's data or the sample is read; what is left out is detected."""
