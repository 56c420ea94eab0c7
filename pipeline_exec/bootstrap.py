"""The composition root: settings in, wired application out. Tests hand parts in instead of patching."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from pipeline_exec.connectors.registry import kinds
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.ports import Clock, Engine, Store
from pipeline_exec.services.layer import Ports, ServiceLayer, service_layer
from pipeline_exec.settings import Settings
from pipeline_exec.store.database import Database
from pipeline_exec.store.staging import LocalStaging
from pipeline_exec.store.vault import FernetVault


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def compose(
    settings: Settings,
    *,
    engine: Callable[[Settings, Store], Engine],
    clock: Clock = system_clock,
) -> ServiceLayer:
    """Build the service layer of a deployment; the database is brought to the current schema.

    Args:
        settings: What the deployment decides.
        engine: Makes what runs attempts.
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
        formats=FORMATS,
        engine=engine(settings, store),
        clock=clock,
    )
    return service_layer(settings, ports)
