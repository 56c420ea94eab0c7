"""The one ASGI application, on one port: REST, GraphQL, the Dagster UI and what manages them, behind one door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from pipeline_exec.api import login
from pipeline_exec.api.auth import Authentication
from pipeline_exec.api.body_limit import BodyLimit
from pipeline_exec.api.documentation import document
from pipeline_exec.api.graphql.router import graphql_router
from pipeline_exec.api.headers import SecurityHeaders
from pipeline_exec.api.health import Check, health_router
from pipeline_exec.api.metrics import CountRequests, Metrics
from pipeline_exec.api.passing import PassedOn
from pipeline_exec.api.paths import DAGSTER, GRAPHQL, OPENAPI, PIPELINES, STATIC
from pipeline_exec.api.problems import Defects, handle_problems
from pipeline_exec.api.rest import (
    connectors,
    executions,
    findings,
    ingest,
    pipelines,
    previews,
    suggestions,
    target_models,
    wrapper_executions,
    wrapper_files,
    wrappers,
)
from pipeline_exec.api.uploads import PatientThreads
from pipeline_exec.services.layer import ServiceLayer

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

PIPELINE_NOUNS = (executions, findings, pipelines, previews, suggestions, connectors, target_models)
#: Files come before wrappers, so that ``files`` is not taken for a wrapper's id.
WRAPPER_NOUNS = (wrapper_files, wrapper_executions, wrappers)


def create_app(
    layer: ServiceLayer,
    *,
    dagster_ui: ASGIApp | None = None,
    checks: Mapping[str, Check] | None = None,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """Wire the application.

    Args:
        layer: The services.
        dagster_ui: An ASGI application that knows it is at ``/dagster``; it is told who asks by a header.
        checks: What else the health depends on, beside the store and staging.
        lifespan: What begins and ends with the application.
    """
    app = FastAPI(
        lifespan=lifespan,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.layer = layer
    app.state.uploads, app.state.executes = PatientThreads(), PatientThreads()
    metrics = Metrics()
    _add_middleware(app, layer, metrics)
    handle_problems(app)
    for noun in PIPELINE_NOUNS:
        app.include_router(noun.router, prefix=PIPELINES)
    for router in (*(noun.router for noun in WRAPPER_NOUNS), ingest.router, login.router, metrics.router()):
        app.include_router(router)
    app.include_router(graphql_router(layer), prefix=GRAPHQL)
    app.include_router(health_router({**_own_checks(layer), **(checks or {})}))
    app.mount(STATIC, StaticFiles(directory=Path(__file__).parent / "static"))
    if dagster_ui is not None:
        app.router.routes.append(PassedOn(DAGSTER, dagster_ui))
    document(app, version("pipeline-exec"))
    return app


def _add_middleware(app: FastAPI, layer: ServiceLayer, metrics: Metrics) -> None:
    """From the inside to the outside."""
    app.add_middleware(BodyLimit)
    app.add_middleware(Authentication, layer.principals)
    app.add_middleware(Defects)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(CountRequests, metrics)


def _own_checks(layer: ServiceLayer) -> Mapping[str, Check]:
    return {"store": layer.ports.store.check, "staging": layer.ports.staging.check}
