"""Headers that every answer carries for browsers, unless it has its own."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline_exec.api.paths import DAGSTER, DOCS, STATIC, is_below

CACHEABLE = (DAGSTER, STATIC, f"{DOCS}/assets")
"""What browsers may store: what is the same for everybody, and what the Dagster UI decides itself."""

FRAMES = "frame-ancestors 'self'"

PAGES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    f"form-action 'self'; base-uri 'none'; {FRAMES}"
)
"""The content security policy of our own pages: nothing from elsewhere, nothing written into the page."""


class SecurityHeaders:
    """Middleware that adds what is missing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, with_headers)


def _complete(headers: MutableHeaders, path: str) -> None:
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", FRAMES if is_below(path, DAGSTER) else PAGES)
    if not is_below(path, *CACHEABLE):
        headers.setdefault("Cache-Control", "no-store")
