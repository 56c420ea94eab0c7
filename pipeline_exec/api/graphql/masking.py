"""Masking: what a caller may hear of an error that is no problem of the schema."""

from __future__ import annotations

import logging

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from pipeline_exec.errors import (
    Conflict,
    Forbidden,
    InvalidDocument,
    NotFound,
    RequestRefused,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from pipeline_exec.model.identity import new_id

logger = logging.getLogger(__name__)

CODES: dict[type[RequestRefused], str] = {
    InvalidDocument: "BAD_USER_INPUT",
    Unauthenticated: "UNAUTHENTICATED",
    Forbidden: "FORBIDDEN",
    NotFound: "NOT_FOUND",
    Conflict: "CONFLICT",
    TooLarge: "TOO_LARGE",
    TooManyRequests: "TOO_MANY_REQUESTS",
    Unavailable: "UNAVAILABLE",
}
"""``extensions.code`` of each refusal."""


class Masking(MaskErrors):
    """Lets through what GraphQL itself and the services say; of anything else only an id, under which it is logged."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: _cause(error) is not None)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        match _cause(error):
            case RequestRefused() as refused:
                return _told(error, refused.message, _extensions(refused))
            case RecursionError():
                return _told(error, "The operation is nested too deeply.", {"code": CODES[InvalidDocument]})
            case cause:
                defect = new_id()
                logger.error("Defect %s at GraphQL %s", defect, error.path, exc_info=cause)
                message = f"Internal error. The service's log has the details under {defect}."
                return _told(error, message, {"code": "INTERNAL_SERVER_ERROR"})


def _cause(error: GraphQLError) -> Exception | None:
    """What a resolver raised; None when GraphQL itself refuses the operation."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _extensions(refused: RequestRefused) -> dict[str, object]:
    extensions: dict[str, object] = {"code": CODES[type(refused)]}
    if isinstance(refused, InvalidDocument):
        extensions["errors"] = [{"field": problem.field, "message": problem.message} for problem in refused.problems]
    if isinstance(refused, TooManyRequests):
        extensions["retryAfter"] = refused.retry_after
    return extensions


def _told(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
