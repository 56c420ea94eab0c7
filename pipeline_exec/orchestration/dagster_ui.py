"""Dagster's own UI as an application below a prefix: read-only where the application around names no caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster_webserver.version import __version__
from dagster_webserver.webserver import DagsterWebserver

from pipeline_exec.orchestration.code_location import load_target
from pipeline_exec.orchestration.engine import DagsterEngine
from pipeline_exec.orchestration.snapshots import remember_snapshots
from pipeline_exec.orchestration.tags import CALLER_HEADER, LOCATION
from pipeline_exec.settings import Settings

LIVE_DATA_POLL_MS = 2000


class _CallerAwareWorkspace(WorkspaceProcessContext):
    """One copy of the definitions for all callers; only what they may do differs."""

    def create_request_context(self, source: Any = None) -> WorkspaceRequestContext:
        return WorkspaceRequestContext(
            instance=self._instance,
            current_workspace=self.get_current_workspace(),
            process_context=self,
            version=self.version,
            source=source,
            read_only=source is not None and CALLER_HEADER not in source.headers,
        )


@contextmanager
def dagster_ui(settings: Settings, engine: DagsterEngine, prefix: str) -> Iterator[Any]:
    """The UI as an ASGI application that knows its prefix, following the code server until the block ends."""
    remember_snapshots()
    with _CallerAwareWorkspace(engine.instance, load_target(settings), version=__version__) as workspace:
        engine.when_refreshed(lambda: workspace.refresh_code_location(LOCATION))
        webserver: DagsterWebserver[Any, Any] = DagsterWebserver(
            workspace, app_path_prefix=prefix, live_data_poll_rate=LIVE_DATA_POLL_MS
        )
        yield webserver.create_asgi_app()
