"""Suggestions: which source columns a target data model's columns probably mean. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from pipeline_exec.dataplane.matching import Samples, Suggestion, suggest
from pipeline_exec.model.identity import ConnectorId, TargetModelId
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.services.previews import DEFAULT_ROWS
from pipeline_exec.services.samples import AS_CONFIGURED, SampleService, Write
from pipeline_exec.services.specimens import Specimen
from pipeline_exec.services.target_models import TargetModelService


@dataclass(frozen=True)
class SuggestedMapping:
    """What is proposed for one source."""

    source_columns: Sequence[str]
    suggestions: Sequence[Suggestion]
    """One for each target column that a source column was found for, in their order."""
    specimen: Specimen | None = None
    """What a connector's source gave, where that was looked at."""


@dataclass(frozen=True)
class SuggestionService:
    """Proposes mappings: by names and, where there are rows to look at, by what they hold."""

    target_models: TargetModelService
    samples: SampleService

    def for_columns(
        self, model_id: TargetModelId, source_columns: Sequence[str], samples: Samples | None = None
    ) -> SuggestedMapping:
        """What is proposed for a source of these columns.

        Raises:
            NotFound: there is no such target data model.
        """
        columns = self.target_models.get(model_id).document.columns
        return SuggestedMapping(source_columns, suggest(columns, source_columns, samples))

    def for_connector(
        self, model_id: TargetModelId, connector_id: ConnectorId, options: ReadOptions = AS_CONFIGURED
    ) -> SuggestedMapping:
        """What is proposed for what a connector's source gives now. Raises as ``SampleService.of_connector`` too."""
        self.target_models.get(model_id)
        sample = self.samples.of_connector(connector_id, DEFAULT_ROWS, options)
        return replace(self._for_table(model_id, sample.preview.rows), specimen=sample.specimen)

    def for_file(
        self, model_id: TargetModelId, name: str, write: Write, options: ReadOptions = AS_CONFIGURED
    ) -> SuggestedMapping:
        """What is proposed for a file that is sent. Raises as ``SampleService.look`` too."""
        self.target_models.get(model_id)
        return self._for_table(model_id, self.samples.sent(name, write, DEFAULT_ROWS, options).rows)

    def _for_table(self, model_id: TargetModelId, table: pa.Table) -> SuggestedMapping:
        names = list(table.column_names)
        return self.for_columns(model_id, names, {name: table.column(name).to_pylist() for name in names})
