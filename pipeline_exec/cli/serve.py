"""``serve``: one part of the service by itself, for production under a supervisor of your own."""

from __future__ import annotations

import logging
import sys

import click

from pipeline_exec.cli.supervisor import PARTS, end_with_parent
from pipeline_exec.settings import Settings


@click.command()
@click.argument("part", type=click.Choice(PARTS))
@click.option("--end-with-parent", "with_parent", is_flag=True, hidden=True)
def serve(part: str, with_parent: bool) -> None:
    """Run one part of the service: the API, the daemon, the code server or a worker.

    All parts of a deployment are given the same PIPELINE_EXEC_* settings.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "alembic", "multipart"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if with_parent:
        end_with_parent()
    _SERVE[part](Settings.from_environment())


def _api(settings: Settings) -> None:
    import uvicorn  # each part imports what it needs, so that each starts as fast as it can

    from pipeline_exec.bootstrap import web_application

    with web_application(settings) as app:
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            log_config=None,
        )


def _daemon(settings: Settings) -> None:
    from pipeline_exec.orchestration import daemon

    daemon.serve(settings)


def _code_server(settings: Settings) -> None:
    from pipeline_exec.orchestration import code_server

    code_server.serve(settings)


def _worker(settings: Settings) -> None:
    from pipeline_exec.bootstrap import celery_application
    from pipeline_exec.orchestration import worker_process

    worker_process.serve(celery_application(settings), settings)


_SERVE = {"api": _api, "daemon": _daemon, "code-server": _code_server, "worker": _worker}
