"""The context of an operation: who asks, and how resolvers reach the services."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import strawberry
from anyio import to_thread
from strawberry.fastapi import BaseContext

from pipeline_exec.api.graphql.loaders import Loaders
from pipeline_exec.api.graphql.revisions import Revisions
from pipeline_exec.api.uploads import PatientThreads
from pipeline_exec.model.principal import Principal
from pipeline_exec.services.layer import ServiceLayer

P = ParamSpec("P")
T = TypeVar("T")


class Context(BaseContext):
    """What every resolver finds as ``info.context``; a websocket has one for all its operations."""

    def __init__(
        self, layer: ServiceLayer, principal: Principal, revisions: Revisions, patient: PatientThreads
    ) -> None:
        super().__init__()
        self.layer = layer
        self.principal = principal
        self.revisions = revisions
        self.loaders = Loaders(layer)
        self._patient = patient

    async def ask(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a service answers; it is called in a thread, so that the event loop goes on."""
        return await to_thread.run_sync(partial(verb, *args, **kwargs))

    async def wait(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a service that waits for somebody else."""
        return await self._patient.run(verb, *args, **kwargs)


Info = strawberry.Info[Context, None]
