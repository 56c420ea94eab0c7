"""Subscriptions: what is pushed when it changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.execution import Execution
from pipeline_exec.model.identity import ExecutionId


@strawberry.type
class Subscription:
    """What is pushed when it changes."""

    @strawberry.subscription
    async def execution(self, info: Info, id: strawberry.ID) -> AsyncGenerator[Execution]:
        """An execution as it is now, then after each change, until it has ended."""
        context, execution_id = info.context, ExecutionId(id)
        async with aclosing(context.revisions.of(execution_id)) as changes:
            async for _ in changes:
                execution = await context.ask(context.layer.executions.get, execution_id)
                yield Execution.of(execution)
                if execution.is_finished:
                    return
