"""What can be looked at only by fetching and reading something; mutations, since they reach out."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.given import as_document
from pipeline_exec.api.graphql.types.pipeline_input import ReadOptionsInput
from pipeline_exec.api.graphql.types.preview import Preview, SampleInput, SourceSample
from pipeline_exec.api.graphql.types.problem import AnyProblem
from pipeline_exec.api.graphql.types.suggestion import SuggestedMapping, SuggestMappingInput
from pipeline_exec.api.uploads import writing
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.identity import ConnectorId, PipelineId, TargetModelId
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.services import suggestions
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.services.previews import DEFAULT_ROWS, MOST_ROWS
from pipeline_exec.services.samples import Write

PreviewPipelineResult = Annotated[Preview | AnyProblem, strawberry.union("PreviewPipelineResult")]
SampleConnectorResult = Annotated[SourceSample | AnyProblem, strawberry.union("SampleConnectorResult")]

SuggestMappingResult = Annotated[SuggestedMapping | AnyProblem, strawberry.union("SuggestMappingResult")]

RowLimit = Annotated[int, strawberry.argument(description="How many rows at most; 1,000 is the most there can be.")]
HowToRead = Annotated[
    ReadOptionsInput | None,
    strawberry.argument(description="How to read, where that is neither to be detected nor as the pipeline says."),
]


@strawberry.type
class PreviewMutations:
    """Looks at data; nothing is executed, written or remembered."""

    @strawberry.mutation
    async def preview_pipeline(
        self,
        info: Info,
        id: strawberry.ID,
        rows: RowLimit = DEFAULT_ROWS,
        sample: SampleInput | None = UNSET,
        read_options: HowToRead = UNSET,
    ) -> PreviewPipelineResult:
        """What a pipeline would make of the first rows of a sample or, without one, of what its source gives now."""
        context, options = info.context, _options(read_options)
        return await context.wait(_look, context.layer, PipelineId(id), _checked(rows), sample or None, options)

    @strawberry.mutation
    async def sample_connector(
        self, info: Info, id: strawberry.ID, rows: RowLimit = DEFAULT_ROWS, read_options: HowToRead = UNSET
    ) -> SampleConnectorResult:
        """The first rows of what a source gives now: its newest file, its answer, or what it was sent last."""
        look, options = info.context.layer.samples.of_connector, _options(read_options)
        sample = await info.context.wait(look, ConnectorId(id), _checked(rows), options)
        return SourceSample.of_sample(sample)

    @strawberry.mutation
    async def suggest_mapping(self, info: Info, input: SuggestMappingInput) -> SuggestMappingResult:
        """Propose a mapping for a source: by key, then label and alternative matches, then similarity and content."""
        return SuggestedMapping.of(await info.context.wait(_suggested, info.context.layer, input))


def _suggested(layer: ServiceLayer, input: SuggestMappingInput) -> suggestions.SuggestedMapping:
    model_id, options = TargetModelId(input.target_data_model_id), _options(input.read_options)
    if len([source for source in (input.source_columns, input.connector_id, input.sample) if source]) != 1:
        problem = "needs one of source_columns, connector_id and sample"
        raise InvalidDocument(f"The input {problem}.", [FieldProblem("input", problem)])
    if input.connector_id:
        return layer.suggestions.for_connector(model_id, ConnectorId(input.connector_id), options)
    if input.sample:
        return layer.suggestions.for_file(model_id, input.sample.name, _written(input.sample), options)
    return layer.suggestions.for_columns(model_id, input.source_columns or [])


def _look(
    layer: ServiceLayer, pipeline_id: PipelineId, rows: int, sample: SampleInput | None, options: ReadOptions
) -> Preview:
    pipeline = layer.pipelines.get(pipeline_id)
    if sample is None:
        found = layer.samples.look_at_source(pipeline, rows, options)
        return Preview.of(found.preview, found.specimen)
    return Preview.of(layer.samples.look(pipeline, sample.name, _written(sample), rows, options))


def _written(sample: SampleInput) -> Write:
    return writing([sample.text.encode("utf-8", "replace")])


def _options(given: ReadOptionsInput | None) -> ReadOptions:
    return ReadOptions.parse(as_document(given), at="read_options") if given else ReadOptions()


def _checked(rows: int) -> int:
    if not 1 <= rows <= MOST_ROWS:
        problem = f"is not between 1 and {MOST_ROWS:,}"
        raise InvalidDocument(f"The number of rows {problem}.", [FieldProblem("rows", problem)])
    return rows
