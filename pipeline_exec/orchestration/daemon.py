"""The daemon: Dagster's sensors, schedules and run monitoring in a process of ours, with pooled connections."""

from __future__ import annotations

import signal
import threading
import time

from dagster._daemon import sensor
from dagster._daemon.controller import daemon_controller_from_instance

from pipeline_exec.orchestration.code_location import load_target
from pipeline_exec.orchestration.instance import open_instance
from pipeline_exec.orchestration.snapshots import remember_snapshots
from pipeline_exec.settings import Settings

SENSOR_LOOP_SECONDS = 1
"""Dagster looks every 5 s which sensors are due; files should not wait for that."""

HEARTBEAT_SECONDS = 15
CHECK_SECONDS = 1


def serve(settings: Settings) -> None:
    """Run the daemons until SIGTERM or SIGINT; raises when one of them died, so that all are started anew."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sensor.MIN_INTERVAL_LOOP_TIME = SENSOR_LOOP_SECONDS
    remember_snapshots()
    with (
        open_instance(settings) as instance,
        daemon_controller_from_instance(
            instance, workspace_load_target=load_target(settings), heartbeat_interval_seconds=HEARTBEAT_SECONDS
        ) as controller,
    ):
        checked = time.monotonic()
        while not stop.wait(CHECK_SECONDS):
            controller.check_daemon_threads()
            if time.monotonic() - checked > HEARTBEAT_SECONDS:
                controller.check_daemon_heartbeats()
                checked = time.monotonic()
