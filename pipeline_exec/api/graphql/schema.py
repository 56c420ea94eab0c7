"""The schema: the roots, and what every operation passes through."""

from __future__ import annotations

from functools import cache

import strawberry
from graphql import GraphQLError
from strawberry.extensions import AddValidationRules, MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from pipeline_exec.api.graphql.descriptions import describe
from pipeline_exec.api.graphql.limits import MOST_TOKENS, WithinLimits
from pipeline_exec.api.graphql.masking import Masking
from pipeline_exec.api.graphql.mutations.root import Mutation
from pipeline_exec.api.graphql.names import Names
from pipeline_exec.api.graphql.problems import HANDLERS
from pipeline_exec.api.graphql.queries import Query
from pipeline_exec.api.graphql.subscriptions import Subscription
from pipeline_exec.api.graphql.types.scalars import SCALARS


class Schema(strawberry.Schema):
    """A schema whose errors are logged by what masks them."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: most errors are the caller's, and the others are logged with the id the caller is told."""


@cache
def schema() -> Schema:
    """The schema of the facade."""
    made = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[
            Masking,
            lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
            lambda: AddValidationRules([WithinLimits]),
        ],
        exception_handlers=HANDLERS,
        config=StrawberryConfig(name_converter=Names(), scalar_map=SCALARS),
    )
    describe(made)
    return made
