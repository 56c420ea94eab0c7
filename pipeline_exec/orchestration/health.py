"""Whether the parts around the API are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._daemon.controller import all_daemons_live
from dagster._grpc.client import DagsterGrpcClient

from pipeline_exec.errors import Unavailable
from pipeline_exec.orchestration.code_location import socket_path
from pipeline_exec.orchestration.daemon import HEARTBEAT_SECONDS
from pipeline_exec.orchestration.engine import DagsterEngine
from pipeline_exec.settings import Settings

TOLERANCE_SECONDS = 3 * HEARTBEAT_SECONDS
"""Dagster itself calls a daemon alive for half an hour after its last sign of life."""


def part_checks(settings: Settings, engine: DagsterEngine) -> Mapping[str, Callable[[], None]]:
    """A check for each part that the API depends on; it raises Unavailable when the part is not there."""

    def code_server() -> None:
        try:
            DagsterGrpcClient(socket=socket_path(settings)).ping("there?")
        except DagsterUserCodeUnreachableError:
            remedy = "Start it: pipeline-exec serve code-server."
            raise Unavailable("The code server does not answer.", remedy) from None

    def daemon() -> None:
        if not all_daemons_live(
            engine.instance,
            heartbeat_interval_seconds=HEARTBEAT_SECONDS,
            heartbeat_tolerance_seconds=TOLERANCE_SECONDS,
        ):
            raise Unavailable("The daemon gives no sign of life.", "Start it: pipeline-exec serve daemon.")

    return {"code server": code_server, "daemon": daemon}
