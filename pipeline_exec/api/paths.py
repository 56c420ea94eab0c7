"""Where everything is on the one port."""

from __future__ import annotations

PIPELINES = "/dp/api/v1"
WRAPPERS = "/resources/wrappers"
INGEST = "/ingest"
DAGSTER = "/dagster"
GRAPHQL = "/graphql"
DOCS = "/docs"
OPENAPI = "/openapi.json"
HEALTH = "/management/health"
METRICS = "/metrics"
LOGIN = "/login"
LOGOUT = "/logout"
STATIC = "/static"


def is_below(path: str, *folders: str) -> bool:
    """Whether a path is one of the folders or in one of them."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
