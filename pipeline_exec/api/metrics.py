"""Metrics for Prometheus: the process, and how many requests took how long."""

from __future__ import annotations

import time

from fastapi import APIRouter
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline_exec.api.paths import DAGSTER, DOCS, METRICS, STATIC, is_below

FOLDERS = (DAGSTER, DOCS, STATIC)
"""Where whatever is asked for counts as one route."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Metrics:
    """The metrics of one application; two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = Counter(
            "pipeline_exec_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "pipeline_exec_http_request_duration_seconds",
            "Time from a request to the end of its answer.",
            ("method", "route"),
            registry=self.registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def router(self) -> APIRouter:
        """Serves the metrics."""
        router = APIRouter()

        @router.get(METRICS, tags=["management"], response_class=Response)
        def metrics() -> Response:
            """Metrics in Prometheus' text format."""
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        return router


class CountRequests:
    """Middleware that notes every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._metrics.count(_method(scope), _route(scope), status, time.perf_counter() - begun)


def _method(scope: Scope) -> str:
    """The method, or one label for all that are made up."""
    method: str = scope["method"]
    return method if method in METHODS else "other"


def _route(scope: Scope) -> str:
    """The route as it is documented: one label for all its ids, and one for all that leads nowhere."""
    path: str = scope["path"]
    for folder in FOLDERS:
        if is_below(path, folder):
            return folder
    if "endpoint" not in scope:
        return "none"
    names = {value: f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(segment, segment) for segment in path.rstrip("/").split("/"))
