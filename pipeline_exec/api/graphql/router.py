"""The router: one address for queries, mutations, subscriptions and, in a browser, GraphiQL."""

from __future__ import annotations

from json import JSONDecodeError

from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, HTMLResponse
from strawberry.fastapi import GraphQLRouter
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from pipeline_exec.api.graphql import graphiql
from pipeline_exec.api.graphql.context import Context
from pipeline_exec.api.graphql.revisions import Revisions
from pipeline_exec.api.graphql.schema import schema
from pipeline_exec.api.uploads import PatientThreads
from pipeline_exec.services.layer import ServiceLayer


def graphql_router(layer: ServiceLayer) -> GraphQLRouter[Context, None]:
    """The facade over these services. Who asks is found in ``state.principal`` of the request or websocket."""
    revisions = Revisions(layer.executions.revisions)
    patient = PatientThreads()

    async def context(connection: HTTPConnection) -> Context:
        return Context(layer, connection.state.principal, revisions, patient)

    router = _Router(
        schema(), context_getter=context, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL], tags=["GraphQL"]
    )
    router.get("/assets/{name}", include_in_schema=False)(_asset)
    return router


class _Router(GraphQLRouter[Context, None]):
    """Strawberry's router with a page of ours."""

    def decode_json(self, data: str | bytes) -> object:
        """The object that a body, a message or a parameter is. Whatever else it may be is refused as no JSON."""
        try:
            decoded = super().decode_json(data)
        except (UnicodeDecodeError, RecursionError):
            decoded = None
        if not isinstance(decoded, dict):
            raise JSONDecodeError("Not an object", "", 0)
        return decoded

    async def render_graphql_ide(self, request: Request) -> HTMLResponse:  # noqa: ARG002 - Strawberry's signature
        return graphiql.page()


async def _asset(name: str) -> FileResponse:
    return graphiql.asset(name)
