"""Envelopes: what every answer of the pipeline API is wrapped in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Literal, TypeVar

from pipeline_exec.api.views.view import View
from pipeline_exec.model.query import Page

N = TypeVar("N")
T = TypeVar("T")


class Data(View, Generic[T]):
    """A success."""

    data: T


class Pagination(View):
    """Which part of the answer this is."""

    total: int
    """How many match, on all pages."""
    offset: int
    limit: int


class Listed(View, Generic[T]):
    """A page of things."""

    data: list[T]
    pagination: Pagination


def listed(page: Page[N], view: Callable[[N], T]) -> Listed[T]:
    """A page of nouns, each through its view."""
    return Listed(
        data=[view(noun) for noun in page.items],
        pagination=Pagination(total=page.total, offset=page.offset, limit=page.limit),
    )


class Deleted(View):
    """It is gone."""

    message: Literal["success"] = "success"


class FieldProblemView(View):
    """What is wrong with one field."""

    field: str
    """Dotted path within the request."""
    message: str


class Problem(View):
    """Why a request was refused."""

    message: str
    """What happened, and what to do about it."""
    errors: list[FieldProblemView]
    """Each field that is wrong, where the cause is the request's content."""


class WrapperProblem(View):
    """Why a request to the wrapper API was refused."""

    detail: str
