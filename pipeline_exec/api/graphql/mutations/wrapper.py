"""What can be done with wrappers."""

from __future__ import annotations

from typing import Annotated

import strawberry

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.deleted import Deleted
from pipeline_exec.api.graphql.types.execution import Execution
from pipeline_exec.api.graphql.types.given import as_document
from pipeline_exec.api.graphql.types.problem import NotFoundProblem, UnavailableProblem, ValidationProblem
from pipeline_exec.api.graphql.types.wrapper import ExecutedWrapper, Wrapper
from pipeline_exec.api.graphql.types.wrapper_input import WrapperInput
from pipeline_exec.model.identity import WrapperId
from pipeline_exec.model.wrapper import WrapperDocument

CreateWrapperResult = Annotated[
    Wrapper | NotFoundProblem | ValidationProblem | UnavailableProblem,
    strawberry.union("CreateWrapperResult"),
]
UpdateWrapperResult = Annotated[
    Wrapper | NotFoundProblem | ValidationProblem | UnavailableProblem,
    strawberry.union("UpdateWrapperResult"),
]
DeleteWrapperResult = Annotated[
    Deleted | NotFoundProblem | UnavailableProblem,
    strawberry.union("DeleteWrapperResult"),
]
ExecuteWrapperResult = Annotated[
    ExecutedWrapper | NotFoundProblem | UnavailableProblem,
    strawberry.union("ExecuteWrapperResult"),
]
StopWrapperResult = Annotated[
    Wrapper | NotFoundProblem,
    strawberry.union("StopWrapperResult"),
]


@strawberry.type
class WrapperMutations:
    """What can be done with wrappers."""

    @strawberry.mutation
    async def create_wrapper(self, info: Info, input: WrapperInput) -> CreateWrapperResult:
        """Make a wrapper."""
        context, document = info.context, WrapperDocument.parse(as_document(input))
        return Wrapper.of(await context.ask(context.layer.wrappers.create, document, context.principal))

    @strawberry.mutation
    async def update_wrapper(self, info: Info, id: strawberry.ID, input: WrapperInput) -> UpdateWrapperResult:
        """Replace what a wrapper reads and where it sends; its log and what it counted stay."""
        context, document = info.context, WrapperDocument.parse(as_document(input))
        return Wrapper.of(await context.ask(context.layer.wrappers.update, WrapperId(id), document, context.principal))

    @strawberry.mutation
    async def delete_wrapper(self, info: Info, id: strawberry.ID) -> DeleteWrapperResult:
        """Delete a wrapper with its log."""
        await info.context.ask(info.context.layer.wrappers.delete, WrapperId(id))
        return Deleted(id=id)

    @strawberry.mutation
    async def execute_wrapper(self, info: Info, id: strawberry.ID) -> ExecuteWrapperResult:
        """Execute a wrapper and answer when that has ended; executes of one wrapper run one after the other."""
        context, wrapper_id = info.context, WrapperId(id)
        execution = await context.wait(context.layer.wrappers.execute, wrapper_id, context.principal)
        wrapper = await context.ask(context.layer.wrappers.get, wrapper_id)
        return ExecutedWrapper(wrapper=Wrapper.of(wrapper), execution=Execution.of(execution))

    @strawberry.mutation
    async def stop_wrapper(self, info: Info, id: strawberry.ID) -> StopWrapperResult:
        """Cancel what a wrapper executes, and mark it as stopped."""
        context = info.context
        return Wrapper.of(await context.ask(context.layer.wrappers.stop, WrapperId(id), context.principal))
