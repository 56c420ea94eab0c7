"""What can be done with target data models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.deleted import Deleted
from pipeline_exec.api.graphql.types.given import as_document
from pipeline_exec.api.graphql.types.problem import ConflictProblem, NotFoundProblem, ValidationProblem
from pipeline_exec.api.graphql.types.target_model import TargetDataModel
from pipeline_exec.api.graphql.types.target_model_input import TargetDataModelInput
from pipeline_exec.model.identity import TargetModelId
from pipeline_exec.model.target_model import TargetModelDocument

CreateTargetDataModelResult = Annotated[
    TargetDataModel | ConflictProblem | ValidationProblem,
    strawberry.union("CreateTargetDataModelResult"),
]
UpdateTargetDataModelResult = Annotated[
    TargetDataModel | NotFoundProblem | ConflictProblem | ValidationProblem,
    strawberry.union("UpdateTargetDataModelResult"),
]
DeleteTargetDataModelResult = Annotated[
    Deleted | NotFoundProblem | ConflictProblem,
    strawberry.union("DeleteTargetDataModelResult"),
]


@strawberry.type
class TargetModelMutations:
    """What can be done with target data models."""

    @strawberry.mutation
    async def create_target_data_model(self, info: Info, input: TargetDataModelInput) -> CreateTargetDataModelResult:
        """Make a target data model."""
        context, document = info.context, TargetModelDocument.parse(as_document(input))
        return TargetDataModel.of(await context.ask(context.layer.target_models.create, document, context.principal))

    @strawberry.mutation
    async def update_target_data_model(
        self, info: Info, id: strawberry.ID, input: TargetDataModelInput
    ) -> UpdateTargetDataModelResult:
        """Replace a target data model; every pipeline that uses it gets a new configuration."""
        context, document = info.context, TargetModelDocument.parse(as_document(input))
        updated = await context.ask(context.layer.target_models.update, TargetModelId(id), document, context.principal)
        return TargetDataModel.of(updated)

    @strawberry.mutation
    async def delete_target_data_model(self, info: Info, id: strawberry.ID) -> DeleteTargetDataModelResult:
        """Delete a target data model that no pipeline uses."""
        await info.context.ask(info.context.layer.target_models.delete, TargetModelId(id))
        return Deleted(id=id)
