"""Routers whose paths work with and without a slash at the end: a redirect would lose the body of a POST."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getdoc
from typing import Any

from fastapi import APIRouter

from pipeline_exec.api.views.envelope import Problem, WrapperProblem

Responses = dict[int | str, dict[str, Any]]

REFUSALS: Responses = {"default": {"model": Problem, "description": "Refused; the status says in which way."}}
"""How the routes of the pipeline API refuse, for the documentation."""

WRAPPER_REFUSALS: Responses = {
    "default": {"model": WrapperProblem, "description": "Refused; the status says in which way."}
}
"""How the routes of the wrapper API refuse."""


class SlashTolerantRouter(APIRouter):
    """A router that adds each route twice; only the spelling given is documented, by its function's docstring."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route under its path, and under the same path with or without the slash at its end."""
        noun = endpoint.__module__.rpartition(".")[2]
        options["operation_id"] = options.get("operation_id") or f"{noun}_{endpoint.__name__}"
        options["summary"] = options.get("summary") or _first_sentence(endpoint)
        super().add_api_route(path, endpoint, **options)
        other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
        super().add_api_route(other, endpoint, **{**options, "include_in_schema": False})


def _first_sentence(endpoint: Callable[..., Any]) -> str:
    return (getdoc(endpoint) or "").partition("\n\n")[0].replace("\n", " ").removesuffix(".")
