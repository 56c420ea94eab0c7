"""The code server: Dagster's own, with a reload that takes milliseconds.

``dagster api grpc`` ignores a reload and ``dagster code-server`` restarts a process for it (1.2 to 1.6 s). Here the
repository is made anew from the store in the same process, and the server's id, which clients poll each second, is
changed.
Private API: ``dagster/_grpc/server.py`` of 1.13.27, guarded by a contract test.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import uuid
from pathlib import Path

from dagster import DefaultScheduleStatus, RepositoryDefinition
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import FuturesAwareThreadPoolExecutor
from dagster._grpc.__generated__ import dagster_api_pb2
from dagster._grpc.server import DagsterApiServer, DagsterGrpcServer

from pipeline_exec.orchestration.code_location import ATTRIBUTE, DEFINITIONS, socket_path
from pipeline_exec.orchestration.repository import PipelineRepository
from pipeline_exec.orchestration.tags import LOCATION
from pipeline_exec.settings import Settings

logger = logging.getLogger(__name__)

THREADS = 32
"""Sensors and schedules are evaluated here: more than the daemon asks for at once, for it stops waiting after 60 s."""


class ReloadingApiServer(DagsterApiServer):
    """Reloads by asking the repository to look at the store again."""

    def ReloadCode(  # noqa: N802  # the name of the RPC
        self, _request: dagster_api_pb2.ReloadCodeRequest, _context: object
    ) -> dagster_api_pb2.ReloadCodeReply:
        """Swap in the repository of what the store holds now."""
        self.renew()
        return dagster_api_pb2.ReloadCodeReply()

    def renew(self) -> None:
        """The same, called from within."""
        with self._reload_lock:
            loaded = self._loaded_repositories
            if loaded is None:
                raise RuntimeError("The definitions could not be loaded; restart the code server.")
            renewed = {name: _renewed(definition) for name, definition in loaded.definitions_by_name.items()}
            self._loaded_repositories = loaded.update_repo_defs(renewed)
            self._server_id = str(uuid.uuid4())


def serve(settings: Settings) -> None:
    """Serve the definitions on the code location's socket until SIGTERM or SIGINT."""
    socket = Path(socket_path(settings))
    socket.unlink(missing_ok=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pool = FuturesAwareThreadPoolExecutor(max_workers=THREADS)
    servicer = ReloadingApiServer(
        server_termination_event=stop,
        logger=logger,
        server_threadpool_executor=pool,
        location_name=LOCATION,
        loadable_target_origin=LoadableTargetOrigin(
            executable_path=sys.executable, module_name=DEFINITIONS, attribute=ATTRIBUTE
        ),
        entry_point=[sys.executable, "-m", "dagster"],
    )
    servicer.renew()
    server = DagsterGrpcServer(
        server_termination_event=stop,
        dagster_api_servicer=servicer,
        logger=logger,
        threadpool_executor=pool,
        socket=str(socket),
    )
    server.serve()


def _renewed(definition: RepositoryDefinition) -> RepositoryDefinition:
    data = definition._repository_data  # noqa: SLF001  # there is no other way to the data of a definition
    if not isinstance(data, PipelineRepository):
        raise TypeError("the code location serves our repository only")
    renewed = RepositoryDefinition(
        definition.name,
        repository_data=data.renewed(DefaultScheduleStatus.STOPPED),
        repository_load_data=definition.repository_load_data,
    )
    renewed.load_all_definitions()
    return renewed
