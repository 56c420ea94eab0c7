"""Suggested mappings as answers show them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self

from pipeline_exec.api.views.specimen import SpecimenView
from pipeline_exec.api.views.view import View, WhenThere
from pipeline_exec.dataplane.matching import Suggestion
from pipeline_exec.model.mapping_record import Method
from pipeline_exec.services.suggestions import SuggestedMapping


class SuggestionView(View):
    """The source column that a target column probably means."""

    target_column: str
    source_column: str
    method: Method
    """How it was found."""
    score: float
    """From 0 to 1: how sure that is; 1 for a name that is the same to the letter."""

    @classmethod
    def of(cls, suggestion: Suggestion) -> Self:
        """Of what is proposed, or was chosen."""
        return cls(**asdict(suggestion))


class SuggestedMappingView(View):
    """What is proposed for one source."""

    source_columns: list[str]
    mappings: list[SuggestionView]
    """One for each target column that a source column was found for."""
    source: WhenThere[SpecimenView] = None
    """What was looked at, where a connector was asked."""

    @classmethod
    def of(cls, suggested: SuggestedMapping) -> Self:
        """Of what is proposed."""
        return cls(
            source_columns=list(suggested.source_columns),
            mappings=[SuggestionView.of(each) for each in suggested.suggestions],
            source=None if suggested.specimen is None else SpecimenView.of(suggested.specimen),
        )
