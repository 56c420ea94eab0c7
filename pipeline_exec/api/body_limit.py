"""A limit on what is read into memory: the bodies of all requests but uploads, which are streamed to staging."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline_exec.api.paths import DAGSTER, INGEST, PIPELINES, WRAPPERS
from pipeline_exec.api.problems import problem

LARGEST_BODY = 5 * 1024**2
"""Bytes."""

#: Paths whose bodies are streamed, or are not ours to limit.
UNLIMITED = re.compile(
    rf"({INGEST}|{DAGSTER}|{WRAPPERS}/files/upload|{PIPELINES}/pipeline/([^/]+/preview|suggest-mapping))(/|$)"
)

_MESSAGE = f"The body is larger than the {LARGEST_BODY:,} bytes a document may have. Send less at once."


class BodyLimit:
    """Middleware that refuses bodies which are too large, by what they announce or by what they turn out to be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or UNLIMITED.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > LARGEST_BODY:
            await problem(scope["path"], 413, _MESSAGE)(scope, receive, send)
            return
        received = 0

        async def measured() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                # FastAPI lets this one pass while it reads a body, and takes any other for a body it cannot read.
                raise HTTPException(413, _MESSAGE.removesuffix("."))
            return message

        await self._app(scope, measured, send)
