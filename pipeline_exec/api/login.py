"""Logging a browser in and out: a key, or the token of a one-time link, for a session's cookie."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline_exec.api.auth import SESSION_COOKIE
from pipeline_exec.api.dependencies import Caller, Layer
from pipeline_exec.api.pages import landing_page, login_page
from pipeline_exec.api.paths import LOGIN, LOGOUT
from pipeline_exec.api.same_origin import is_from_a_browser, is_same_origin
from pipeline_exec.errors import Forbidden, Unauthenticated
from pipeline_exec.services.principals import Issued

router = APIRouter(include_in_schema=False)


@router.get("/")
def landing(caller: Caller) -> Response:
    """What there is."""
    return landing_page(caller.name)


@router.get(LOGIN)
def ask(token: str = "", next: str = "/") -> Response:
    """The form that asks for a key."""
    return _unseen(login_page(local(next), token=token))


@router.post(LOGIN)
def log_in(
    request: Request, layer: Layer, token: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/"
) -> Response:
    """Begin a session.

    Raises:
        Forbidden: another site's page sent the form, to log its visitor in as somebody else.
    """
    if is_from_a_browser(request.headers) and not is_same_origin(request.headers):
        raise Forbidden("The form comes from another site's page.", f"Log in at {LOGIN}.")
    try:
        issued = layer.principals.log_in(token.strip())
    except Unauthenticated as error:
        return _unseen(login_page(local(next), problem=error.message))
    return _with_session(RedirectResponse(local(next), 303), issued, is_secure=request.url.scheme == "https")


@router.post(LOGOUT)
def log_out(request: Request, layer: Layer) -> Response:
    """End the session."""
    layer.principals.log_out(request.cookies.get(SESSION_COOKIE, ""))
    response = RedirectResponse(LOGIN, 303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def local(target: str) -> str:
    """The target if it is a path of ours, else the first page: nobody is sent elsewhere from here."""
    plain = all(character.isprintable() and character != "\\" for character in target)
    parts = urlsplit(target) if plain else None
    is_path = parts is not None and not (parts.scheme or parts.netloc) and target.startswith("/")
    return target if is_path and not target.startswith("//") else "/"


def _with_session(response: Response, issued: Issued, *, is_secure: bool) -> Response:
    response.set_cookie(
        SESSION_COOKIE,
        issued.token,
        expires=issued.credential.expires_at,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


def _unseen(page: Response) -> Response:
    """The page without its address, which may hold a token, in what it asks for."""
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
