"""What can be done with connectors."""

from __future__ import annotations

from typing import Annotated

import strawberry

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.connector import Connector, ConnectorTest
from pipeline_exec.api.graphql.types.connector_input import ConnectorInput
from pipeline_exec.api.graphql.types.deleted import Deleted
from pipeline_exec.api.graphql.types.execution_log import Failure
from pipeline_exec.api.graphql.types.given import as_document
from pipeline_exec.api.graphql.types.problem import (
    AnyProblem,
    ConflictProblem,
    NotFoundProblem,
    UnavailableProblem,
    ValidationProblem,
)
from pipeline_exec.model.connector import ConnectorDocument
from pipeline_exec.model.identity import ConnectorId

CreateConnectorResult = Annotated[
    Connector | ConflictProblem | ValidationProblem,
    strawberry.union("CreateConnectorResult"),
]
UpdateConnectorResult = Annotated[Connector | AnyProblem, strawberry.union("UpdateConnectorResult")]
DeleteConnectorResult = Annotated[
    Deleted | NotFoundProblem | ConflictProblem,
    strawberry.union("DeleteConnectorResult"),
]
TestConnectorResult = Annotated[
    ConnectorTest | NotFoundProblem | UnavailableProblem,
    strawberry.union("TestConnectorResult"),
]


@strawberry.type
class ConnectorMutations:
    """What can be done with connectors."""

    @strawberry.mutation
    async def create_connector(self, info: Info, input: ConnectorInput) -> CreateConnectorResult:
        """Make a connector."""
        context, document = info.context, ConnectorDocument.parse(as_document(input))
        return Connector.of(await context.ask(context.layer.connectors.create, document, context.principal))

    @strawberry.mutation
    async def update_connector(self, info: Info, id: strawberry.ID, input: ConnectorInput) -> UpdateConnectorResult:
        """Replace a connector; ``********`` keeps the secret that is there."""
        context, document = info.context, ConnectorDocument.parse(as_document(input))
        updated = await context.ask(context.layer.connectors.update, ConnectorId(id), document, context.principal)
        return Connector.of(updated)

    @strawberry.mutation
    async def delete_connector(self, info: Info, id: strawberry.ID) -> DeleteConnectorResult:
        """Delete a connector that nothing uses."""
        await info.context.ask(info.context.layer.connectors.delete, ConnectorId(id))
        return Deleted(id=id)

    @strawberry.mutation
    async def test_connector(self, info: Info, id: strawberry.ID) -> TestConnectorResult:
        """Try the connection and the permissions."""
        failure = await info.context.wait(info.context.layer.connectors.test, ConnectorId(id))
        return ConnectorTest(success=failure is None, error=Failure.if_any(failure))
