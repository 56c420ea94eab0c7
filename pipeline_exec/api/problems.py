"""Problems: every refusal in the envelope of the API it comes from, and no detail of ours in any."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline_exec.api.paths import DOCS, WRAPPERS, is_below
from pipeline_exec.api.views.envelope import FieldProblemView, Problem, WrapperProblem
from pipeline_exec.errors import FieldProblem, InvalidDocument, RequestRefused, TooManyRequests, Unauthenticated
from pipeline_exec.model.document import field_problems, invalid
from pipeline_exec.model.identity import new_id

logger = logging.getLogger(__name__)

#: Where FastAPI found a value; clients know only its name.
_PLACES = ("body", "query", "path", "header", "cookie", "form")


def problem(
    path: str,
    status: int,
    message: str,
    problems: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a request that is refused.

    Args:
        path: What was asked for; decides the shape.
        status: HTTP status.
        message: What happened, and what to do about it.
        problems: Each field that is wrong.
        headers: Further headers.
    """
    if is_below(path, WRAPPERS):
        body: Problem | WrapperProblem = WrapperProblem(detail=message)
    else:
        errors = [FieldProblemView(field=each.field, message=each.message) for each in problems]
        body = Problem(message=message, errors=errors)
    return JSONResponse(body.model_dump(), status, dict(headers or {}))


def refusal(path: str, error: RequestRefused) -> Response:
    """The answer to a request that a service, or the API itself, refuses."""
    headers = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="pipeline-exec"'
    problems = error.problems if isinstance(error, InvalidDocument) else ()
    return problem(path, error.http_status, error.message, problems, headers)


def handle_problems(app: FastAPI) -> None:
    """Have every error answered in the envelope."""
    app.exception_handler(RequestRefused)(_refused)
    app.exception_handler(RequestValidationError)(_not_valid)
    app.exception_handler(HTTPException)(_not_routed)
    app.exception_handler(ClientDisconnect)(_gone)


class Defects:
    """Middleware that answers what nobody expected with an id, under which the service's own log has the details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            defect = new_id()
            logger.exception("Defect %s at %s %s", defect, scope["method"], scope["path"])
            if started:
                raise
            await _defect(scope["path"], defect)(scope, receive, send)


async def _refused(request: Request, error: RequestRefused) -> Response:
    return refusal(request.url.path, error)


async def _not_valid(request: Request, error: RequestValidationError) -> Response:
    problems = field_problems([_within_its_place(detail) for detail in error.errors()])
    is_json = "json" in request.headers.get("content-type", "json")
    if not is_json and all(not each.field for each in problems):
        problems = [FieldProblem("", "is not JSON; send it with the header Content-Type: application/json")]
    return refusal(request.url.path, invalid(problems))


async def _not_routed(request: Request, error: HTTPException) -> Response:
    path = request.url.path
    match error.status_code:
        case 404:
            message = f"There is nothing at {path}. See {DOCS} for what there is."
        case 405:
            message = f"{path} does not take {request.method}. See {DOCS} for what it takes."
        case _:
            message = f"{error.detail}."
    return problem(path, error.status_code, message, headers=error.headers)


async def _gone(request: Request, _: ClientDisconnect) -> Response:
    return problem(request.url.path, 400, "The request ended before its body was whole. Send it again.")


def _defect(path: str, defect: str) -> Response:
    return problem(path, 500, f"The service itself failed. Its log has the details under {defect}.")


def _within_its_place(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """What FastAPI found, where a client would say it is."""
    location = tuple(detail["loc"])
    if detail["type"] == "json_invalid":
        return {"type": "", "loc": (), "msg": f"is not valid JSON at character {location[-1]}"}
    return {**detail, "loc": location[1:] if location and location[0] in _PLACES else location}
