"""The documentation of the API: its OpenAPI description, and a page to read and try it, with nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from pipeline_exec.api.headers import PAGES
from pipeline_exec.api.pages import docs_page
from pipeline_exec.api.paths import DOCS, HEALTH

ASSETS = f"{DOCS}/assets"

#: Swagger UI writes styles into its elements.
_POLICY = PAGES.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

_TITLE = "pipeline-exec"
_DESCRIPTION = """Pipelines that turn files and payloads into checked data.

Every request but that for the health carries `Authorization: Bearer <API key>`. Lists take `filters`, `sort`,
`pagination` and `options`, each as JSON or in brackets; times are ISO 8601 in UTC. The wrapper API has shapes of its
own."""


def document(app: FastAPI, version: str) -> None:
    """Serve the documentation of an application whose routes are all there."""
    app.openapi = lambda: _description(app, version)  # type: ignore[method-assign]  # FastAPI's documented way
    # Swagger UI itself comes with a package: pages of ours load nothing from the networks of others.
    folder = Path(str(files("fastapi_offline"))) / "static"
    app.mount(ASSETS, StaticFiles(directory=folder))

    @app.get(DOCS, include_in_schema=False)
    def docs() -> Response:
        """A page to read and try the API."""
        page = docs_page(_TITLE, ASSETS)
        page.headers["Content-Security-Policy"] = _POLICY
        return page


def _description(app: FastAPI, version: str) -> dict[str, Any]:
    if app.openapi_schema is None:
        described = get_openapi(title=_TITLE, version=version, description=_DESCRIPTION, routes=app.routes)
        schemes = described.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["bearer"] = {"type": "http", "scheme": "bearer", "description": "An API key."}
        described["security"] = [{"bearer": []}]
        described["paths"][HEALTH]["get"]["security"] = []
        app.openapi_schema = described
    return app.openapi_schema
