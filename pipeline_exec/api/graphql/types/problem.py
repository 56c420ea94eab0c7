"""Problems: why a mutation did nothing, as data."""

from __future__ import annotations

import strawberry

from pipeline_exec.api.graphql.types.mirror import Mirror


@strawberry.interface
class Problem:
    """Why nothing was done: what happened, and what to do next."""

    message: str


@strawberry.type
class NotFoundProblem(Problem):
    """There is no such thing, or not for this caller."""


@strawberry.type
class ConflictProblem(Problem):
    """The thing is in a state in which this cannot be done."""


@strawberry.type
class UnavailableProblem(Problem):
    """A part of the service is not there at the moment; the same request may succeed later."""


@strawberry.type
class FieldProblem(Mirror):
    """One thing wrong with one field of the input."""

    field: str
    """Dotted path of the field in the input."""
    message: str


@strawberry.type
class ValidationProblem(Problem):
    """The input is not valid."""

    errors: list[FieldProblem]


AnyProblem = NotFoundProblem | ConflictProblem | ValidationProblem | UnavailableProblem
"""Every reason for which something may not be done."""
