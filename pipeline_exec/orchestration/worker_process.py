"""The worker's process: Celery's prefork pool over our application, under a name that stays the same."""

from __future__ import annotations

import hashlib
import os

from celery import Celery

from pipeline_exec.orchestration.instance import QUEUE
from pipeline_exec.settings import Settings


def serve(application: Celery, settings: Settings) -> None:
    """Execute runs until SIGTERM; those in progress are finished first.

    The worker's name tells, after a kill, which runs were its own: it is made of the home and of the host.
    """
    home = hashlib.sha256(os.fsencode(settings.home.resolve())).hexdigest()[:12]
    application.worker_main(
        [
            "worker",
            "--pool=prefork",
            f"--concurrency={settings.workers}",
            f"--queues={QUEUE}",
            f"--hostname={home}@%h",
            # One host knows itself; on several the reconciler, not gossip, finds who is gone.
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
        ]
    )
