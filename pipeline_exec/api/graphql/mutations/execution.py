"""What can be done with executions."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.execution import CreatedExecutions, Execution
from pipeline_exec.api.graphql.types.given import as_document
from pipeline_exec.api.graphql.types.pipeline_input import CellEditInput, PipelineConfigurationChange
from pipeline_exec.api.graphql.types.problem import AnyProblem, ConflictProblem, NotFoundProblem
from pipeline_exec.model.execution import CellEdit
from pipeline_exec.model.identity import ExecutionId, PipelineId

CreateExecutionResult = Annotated[CreatedExecutions | AnyProblem, strawberry.union("CreateExecutionResult")]
FixExecutionResult = Annotated[Execution | AnyProblem, strawberry.union("FixExecutionResult")]
CancelExecutionResult = Annotated[
    Execution | NotFoundProblem | ConflictProblem,
    strawberry.union("CancelExecutionResult"),
]


@strawberry.type
class ExecutionMutations:
    """What can be done with executions."""

    @strawberry.mutation
    async def create_execution(
        self, info: Info, pipeline_id: strawberry.ID, idempotency_key: str | None = UNSET
    ) -> CreateExecutionResult:
        """Execute a pipeline now. A repeated call with the same idempotency key answers what the first one made."""
        context = info.context
        executions = await context.wait(
            context.layer.executions.create, PipelineId(pipeline_id), context.principal, idempotency_key or None
        )
        return CreatedExecutions(executions=[Execution.of(execution) for execution in executions])

    @strawberry.mutation
    async def fix_execution(
        self,
        info: Info,
        id: strawberry.ID,
        configuration: PipelineConfigurationChange | None = UNSET,
        cells: list[CellEditInput] | None = UNSET,
        save: bool = False,
    ) -> FixExecutionResult:
        """Run an ended execution again, from the data already received and the first stage the change touches.

        ``save`` keeps the changed configuration for later executions too.
        """
        context = info.context
        execution = await context.ask(
            context.layer.executions.fix,
            ExecutionId(id),
            context.principal,
            configuration=as_document(configuration) if configuration else None,
            cells=[CellEdit(row=cell.row, column=cell.column, value=cell.value) for cell in cells or ()],
            save=save,
        )
        return Execution.of(execution)

    @strawberry.mutation
    async def cancel_execution(self, info: Info, id: strawberry.ID) -> CancelExecutionResult:
        """End an execution that is PROCESSING."""
        context = info.context
        return Execution.of(await context.ask(context.layer.executions.cancel, ExecutionId(id), context.principal))
