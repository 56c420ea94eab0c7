"""Authentication: one middleware in front of everything, for requests and for websockets.

A caller proves who they are by an API key in ``Authorization: Bearer``, or by the cookie of a browser's session. What a
cookie proves counts only for what a page of ours sends (see ``same_origin``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_exec.api.paths import DAGSTER, HEALTH, INGEST, LOGIN, STATIC, is_below
from pipeline_exec.api.problems import refusal
from pipeline_exec.api.same_origin import SAFE_METHODS, is_same_origin
from pipeline_exec.errors import Forbidden, RequestRefused, Unauthenticated
from pipeline_exec.model.principal import CredentialKind, Principal
from pipeline_exec.services.principals import PrincipalService

SESSION_COOKIE = "pipeline_exec_session"

PRINCIPAL_HEADER = "x-pipeline-exec-principal"
"""Tells the Dagster UI, and whatever it launches, who asks. Only ever written here."""

OPEN = (HEALTH, LOGIN, STATIC)
"""What anybody may ask for."""

RECHECK_SECONDS = 5.0
"""How long an open websocket may outlive the key it was opened with."""

#: RFC 6455 leaves 4000 to 4999 to applications; this is 401's.
CLOSE_UNAUTHENTICATED = 4401


@dataclass(frozen=True)
class _Proof:
    """What a caller shows."""

    token: str
    kinds: Sequence[CredentialKind]
    is_cookie: bool


class Authentication:
    """Lets through who is known, as ``scope["state"]["principal"]``; nobody else but to the few open doors."""

    def __init__(self, app: ASGIApp, principals: PrincipalService) -> None:
        self._app = app
        self._principals = principals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        proof = _proof(headers)
        try:
            principal = await self._principal(scope, headers, proof)
        except RequestRefused as error:
            await _refuse(scope, headers, error, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        scope["headers"] = _marked(scope, principal)
        if scope["type"] == "websocket" and proof is not None:
            await self._while_valid(proof, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _principal(self, scope: Scope, headers: Headers, proof: _Proof | None) -> Principal | None:
        path = scope["path"]
        if is_below(path, *OPEN):
            return None
        if proof is None:
            if is_below(path, INGEST) and scope["type"] == "http":
                # The connector may know its callers by a signature; whoever takes the data in decides.
                return None
            raise Unauthenticated("The request does not say who sends it.", "Send Authorization: Bearer <API key>.")
        is_safe = scope["type"] == "http" and scope["method"] in SAFE_METHODS
        if proof.is_cookie and not is_safe and not is_same_origin(headers):
            raise Forbidden("The request comes from another site's page.", "Send it with an API key instead.")
        return await self._owner(proof)

    async def _owner(self, proof: _Proof) -> Principal:
        return await run_in_threadpool(self._principals.authenticate, proof.token, proof.kinds)

    async def _while_valid(self, proof: _Proof, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a websocket until it ends or its key is withdrawn."""
        withdrawn = False

        async def watch() -> None:
            nonlocal withdrawn
            while not withdrawn:
                await anyio.sleep(RECHECK_SECONDS)
                try:
                    await self._owner(proof)
                except Unauthenticated:
                    withdrawn = True
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            await self._app(scope, receive, send)
            group.cancel_scope.cancel()
        if withdrawn:
            await _close(send)


def _proof(headers: Headers) -> _Proof | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme:
        is_bearer = scheme.lower() == "bearer"
        return _Proof(token.strip() if is_bearer else "", (CredentialKind.API_KEY,), is_cookie=False)
    session = cookie_parser(headers.get("cookie", "")).get(SESSION_COOKIE)
    return _Proof(session, (CredentialKind.SESSION,), is_cookie=True) if session else None


def _marked(scope: Scope, principal: Principal | None) -> list[tuple[bytes, bytes]]:
    """The headers without what a client claims to be, and for the Dagster UI with who it is."""
    name = PRINCIPAL_HEADER.encode()
    headers = [(key, value) for key, value in scope["headers"] if key.lower() != name]
    if principal is not None and is_below(scope["path"], DAGSTER):
        headers.append((name, principal.id.encode()))
    return headers


async def _refuse(scope: Scope, headers: Headers, error: RequestRefused, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await _close(send)
    elif isinstance(error, Unauthenticated) and _is_page(scope, headers):
        target = scope["path"] + (f"?{query}" if (query := scope["query_string"].decode("latin-1")) else "")
        await RedirectResponse(f"{LOGIN}?{urlencode({'next': target})}", 303)(scope, receive, send)
    else:
        await refusal(scope["path"], error)(scope, receive, send)


def _is_page(scope: Scope, headers: Headers) -> bool:
    """Whether a person is looking at the answer."""
    wants_html = "text/html" in headers.get("accept", "")
    return wants_html and scope["method"] in SAFE_METHODS and "authorization" not in headers


async def _close(send: Send) -> None:
    # Before the handshake is accepted, servers turn this into an HTTP 403.
    await send({"type": "websocket.close", "code": CLOSE_UNAUTHENTICATED, "reason": "Authenticate and connect again."})
