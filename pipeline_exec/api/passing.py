"""Another ASGI application below a path, which it knows itself."""

from __future__ import annotations

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_exec.api.paths import is_below


class PassedOn(BaseRoute):
    """Hands requests and websockets on as they are: unlike a mount, nothing is taken off the path."""

    def __init__(self, folder: str, app: ASGIApp) -> None:
        self._folder = folder
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_ours = scope["type"] in ("http", "websocket") and is_below(scope["path"], self._folder)
        return (Match.FULL if is_ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
