"""The composition root: settings in, wired application out. Tests hand parts in instead of patching."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pipeline_exec.connectors.registry import kinds
from pipeline_exec.formats.registry import TABLE, FormatRegistry
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.ports import Clock, Engine
from pipeline_exec.services.layer import Ports, ServiceLayer, service_layer
from pipeline_exec.settings import Settings
from pipeline_exec.store.database import Database
from pipeline_exec.store.staging import LocalStaging
from pipeline_exec.store.vault import FernetVault

DAGSTER_UI_PREFIX = "/dagster"


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def compose(
    settings: Settings,
    *,
    engine: Callable[[Settings, Callable[[], ServiceLayer]], Engine],
    clock: Clock = system_clock,
) -> ServiceLayer:
    """Build the service layer of a deployment; the database is brought to the current schema.

    Args:
        settings: What the deployment decides.
        engine: Makes what runs attempts; it is given a way to the layer that is being built.
        clock: What time it is.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Database.of(settings)
    store.migrate()
    ports = Ports(
        store=store,
        staging=LocalStaging(settings.home / "staging"),
        vault=FernetVault.of(settings),
        kinds=kinds(settings),
        formats=FormatRegistry(TABLE, _read_limits(settings), settings.home / "scratch"),
        engine=engine(settings, lambda: layer),
        clock=clock,
    )
    layer = service_layer(settings, ports)
    return layer


def _read_limits(settings: Settings) -> ReadLimits:
    return ReadLimits(
        max_unpacked_size=settings.max_unpacked_size,
        max_unpack_ratio=settings.max_unpack_ratio,
        max_rows=settings.max_rows,
        max_columns=settings.max_columns,
        max_cell_length=settings.max_cell_length,
        max_nesting=settings.max_nesting,
    )


def application(settings: Settings) -> ServiceLayer:
    """The service layer of a process, with Dagster as its engine."""
    # Dagster takes 0.8 s to import; a command that only asks for help should not pay for it.
    from pipeline_exec.orchestration.engine import DagsterEngine

    return compose(settings, engine=DagsterEngine)


def celery_application(settings: Settings) -> Any:
    """The Celery application of a deployment's workers; each worker process composes its own service layer."""
    from pipeline_exec.orchestration.executor import RunExecutor  # as above
    from pipeline_exec.orchestration.workers import celery_application

    return celery_application(RunExecutor(settings, cache(lambda: application(settings))))


@contextmanager
def web_application(settings: Settings) -> Iterator[Any]:
    """The ASGI application with facades and Dagster UI, following the code server until the block ends."""
    from pipeline_exec.api.app import create_app  # as above
    from pipeline_exec.orchestration.dagster_ui import dagster_ui
    from pipeline_exec.orchestration.engine import DagsterEngine
    from pipeline_exec.orchestration.health import part_checks

    layer = application(settings)
    engine = layer.ports.engine
    if not isinstance(engine, DagsterEngine):
        raise TypeError("the Dagster UI needs Dagster as the engine")
    # Whoever stored a pipeline may have died before its schedule was started.
    engine.sync_schedules()
    with dagster_ui(settings, engine, DAGSTER_UI_PREFIX) as ui:
        yield create_app(layer, dagster_ui=ui, checks=part_checks(settings, engine))
