"""What can be done with pipelines."""

from __future__ import annotations

from typing import Annotated

import strawberry

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.deleted import Deleted
from pipeline_exec.api.graphql.types.given import as_document
from pipeline_exec.api.graphql.types.pipeline import Pipeline
from pipeline_exec.api.graphql.types.pipeline_input import PipelineInput
from pipeline_exec.api.graphql.types.problem import (
    AnyProblem,
    ConflictProblem,
    NotFoundProblem,
    UnavailableProblem,
    ValidationProblem,
)
from pipeline_exec.model.identity import PipelineId
from pipeline_exec.model.pipeline import PipelineDocument

CreatePipelineResult = Annotated[
    Pipeline | ConflictProblem | ValidationProblem | UnavailableProblem,
    strawberry.union("CreatePipelineResult"),
]
UpdatePipelineResult = Annotated[Pipeline | AnyProblem, strawberry.union("UpdatePipelineResult")]
DeletePipelineResult = Annotated[
    Deleted | NotFoundProblem | ConflictProblem | UnavailableProblem,
    strawberry.union("DeletePipelineResult"),
]


@strawberry.type
class PipelineMutations:
    """What can be done with pipelines."""

    @strawberry.mutation
    async def create_pipeline(self, info: Info, input: PipelineInput) -> CreatePipelineResult:
        """Make a pipeline; it can be executed at once."""
        context, document = info.context, PipelineDocument.parse(as_document(input))
        return Pipeline.of(await context.ask(context.layer.pipelines.create, document, context.principal))

    @strawberry.mutation
    async def update_pipeline(self, info: Info, id: strawberry.ID, input: PipelineInput) -> UpdatePipelineResult:
        """Replace a pipeline; a changed configuration is a new one."""
        context, document = info.context, PipelineDocument.parse(as_document(input))
        updated = await context.ask(context.layer.pipelines.update, PipelineId(id), document, context.principal)
        return Pipeline.of(updated)

    @strawberry.mutation
    async def delete_pipeline(self, info: Info, id: strawberry.ID) -> DeletePipelineResult:
        """Delete a pipeline; its executions stay."""
        await info.context.ask(info.context.layer.pipelines.delete, PipelineId(id))
        return Deleted(id=id)
