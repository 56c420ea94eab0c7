"""Dagster's own UI as an application to be mounted: read-only where the application around names no caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster_webserver.version import __version__
from dagster_webserver.webserver import DagsterWebserver

from pipeline_exec.orchestration.code_location import load_target
from pipeline_exec.orchestration.snapshots import remember_snapshots
from pipeline_exec.orchestration.tags import CALLER_HEADER
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


class _MountedWebserver(DagsterWebserver[WorkspaceProcessContext, WorkspaceRequestContext]):
    """Its pages know the prefix under which they are mounted; its routes do not: the mount takes it off."""

    def build_routes(self) -> Any:
        prefix, self._app_path_prefix = self._app_path_prefix, ""
        try:
            return super().build_routes()
        finally:
            self._app_path_prefix = prefix


@contextmanager
def dagster_ui(settings: Settings, instance: DagsterInstance, prefix: str) -> Iterator[Any]:
    """The UI as an ASGI application for ``Mount(prefix, …)``, following the code server until the block ends."""
    remember_snapshots()
    with _CallerAwareWorkspace(instance, load_target(settings), version=__version__) as workspace:
        webserver = _MountedWebserver(workspace, app_path_prefix=prefix, live_data_poll_rate=LIVE_DATA_POLL_MS)
        yield webserver.create_asgi_app()
