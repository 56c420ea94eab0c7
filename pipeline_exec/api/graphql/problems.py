"""Problems: how a service's refusal becomes a typed problem of the mutation that was asked."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from pipeline_exec import errors
from pipeline_exec.api.graphql.types.problem import (
    ConflictProblem,
    FieldProblem,
    NotFoundProblem,
    UnavailableProblem,
    ValidationProblem,
)


class NotFound(strawberry.ExceptionHandler[errors.NotFound, NotFoundProblem]):
    """There is no such thing."""

    def handle(self, exception: errors.NotFound, **_: Any) -> NotFoundProblem:
        return NotFoundProblem(message=exception.message)


class Conflict(strawberry.ExceptionHandler[errors.Conflict, ConflictProblem]):
    """The thing is in another state."""

    def handle(self, exception: errors.Conflict, **_: Any) -> ConflictProblem:
        return ConflictProblem(message=exception.message)


class Unavailable(strawberry.ExceptionHandler[errors.Unavailable, UnavailableProblem]):
    """A part of the service is not there."""

    def handle(self, exception: errors.Unavailable, **_: Any) -> UnavailableProblem:
        return UnavailableProblem(message=exception.message)


class Validation(strawberry.ExceptionHandler[errors.InvalidDocument, ValidationProblem]):
    """The input is not valid; its fields are named as the schema names them."""

    def handle(
        self, exception: errors.InvalidDocument, *, field: StrawberryField, info: strawberry.Info
    ) -> ValidationProblem:
        names = info.schema.config.name_converter
        spelled = {problem.field: _spelled(problem.field, field, names) for problem in exception.problems}
        message = exception.message
        # The longest first: one path may begin another.
        for path in sorted(spelled, key=len, reverse=True):
            message = message.replace(path, spelled[path])
        return ValidationProblem(
            message=message,
            errors=[
                FieldProblem(field=spelled[problem.field], message=problem.message) for problem in exception.problems
            ],
        )


HANDLERS = (NotFound(), Conflict(), Unavailable(), Validation())
"""Each serves the mutations whose union has its problem."""


def _spelled(path: str, field: StrawberryField, names: NameConverter) -> str:
    """A dotted path of the model as the schema spells it, up to where it enters JSON.

    A path begins with an argument, or within the argument named ``input``.
    """
    arguments = {argument.python_name: argument for argument in field.arguments}
    first, *rest = path.split(".")
    if first in arguments:
        return ".".join([names.get_graphql_name(arguments[first]), *_below(rest, arguments[first].type, names)])
    return ".".join(_below([first, *rest], arguments["input"].type, names)) if "input" in arguments else path


def _below(keys: list[str], input: Any, names: NameConverter) -> list[str]:
    """Keys below an argument or a field of this type."""
    definition = get_object_definition(_unwrapped(input))
    if not keys or definition is None:
        return keys
    key, *rest = keys
    if key.isdecimal():
        return [key, *_below(rest, definition.origin, names)]
    for field in definition.fields:
        if field.python_name == key:
            return [names.get_graphql_name(field), *_below(rest, field.type, names)]
    return keys


def _unwrapped(input: Any) -> Any:
    """The type in an optional, or in a list."""
    return _unwrapped(input.of_type) if hasattr(input, "of_type") else input
