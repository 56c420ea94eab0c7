"""Checks: what a deployment needs, one after the other."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline_exec.api.paths import HEALTH
from pipeline_exec.cli.context import Deployment
from pipeline_exec.cli.output import shown_size
from pipeline_exec.dataplane.transformations.plugin import plugins
from pipeline_exec.errors import PipelineExecError, Unavailable
from pipeline_exec.model.query import MAXIMUM_LIMIT, Ordering, Query
from pipeline_exec.settings import Settings
from pipeline_exec.store.vault import KEY_FILE

if TYPE_CHECKING:
    from pipeline_exec.model.connector import Connector
    from pipeline_exec.services.layer import ServiceLayer

#: With less room, staging one larger file may already fail.
LEAST_FREE_BYTES = 1_000_000_000

#: Each waits for its own time-out where nobody answers.
TESTED_AT_ONCE = 8

ANSWER_SECONDS = 3.0
"""How long a service of ours may take to say that it is one."""


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    subject: str
    state: str = ""
    """How it is, when nothing is wrong."""
    problem: str | None = None
    remedy: str = ""


def examine(deployment: Deployment) -> Iterator[Finding]:
    """Check everything a deployment needs; what cannot be looked at because of an earlier problem is left out."""
    settings_found = _checked("Settings", lambda: _settings(deployment))
    yield settings_found
    if settings_found.problem is not None:
        return
    settings = deployment.settings
    for subject, check in (
        ("Home", lambda: _home(settings)),
        ("Disk", lambda: _disk(settings)),
        ("Key", lambda: _key(settings)),
        ("Address", lambda: _address(settings)),
    ):
        yield _checked(subject, check)
    yield from (_checked(f"Plug-in {name}", partial(_plugin, found)) for name, found in plugins().items())
    if settings.home.is_dir() or settings.database_url is not None:
        yield from _storages(deployment)


def _plugin(found: EntryPoint) -> str:
    try:
        found.load()
    except Exception as error:  # whatever somebody else's code raises
        what = f"{found.value} cannot be loaded: {type(error).__name__}: {error}."
        raise Unavailable(what, "Install it again, or remove it.") from error
    return f"transforms texts by {found.value}"


def _storages(deployment: Deployment) -> Iterator[Finding]:
    database = _checked("Database", lambda: _database(deployment))
    yield database
    if database.problem is not None:
        return
    layer = deployment.layer
    yield _checked("Staging", lambda: _staging(layer))
    yield _checked("Secrets", lambda: _secrets(layer))
    query = Query(orderings=(Ordering("name"),), limit=MAXIMUM_LIMIT)
    with ThreadPoolExecutor(TESTED_AT_ONCE) as pool:
        yield from pool.map(partial(_connector, layer), layer.connectors.find(query).items)


def _checked(subject: str, check: Callable[[], str]) -> Finding:
    """What a check answers, or the error it raises."""
    try:
        return Finding(subject, check())
    except PipelineExecError as error:
        return Finding(subject, problem=error.what, remedy=error.remedy)
    except OSError as error:
        return Finding(subject, problem=f"{error.strerror}.", remedy="Check the permissions, and the room on the disk.")


def _settings(deployment: Deployment) -> str:
    given = sorted(deployment.settings.model_fields_set)
    return f"set here: {', '.join(given)}" if given else "all as they are by default"


def _home(settings: Settings) -> str:
    home = settings.home.absolute()
    place = _existing(home)
    if not place.is_dir():
        raise Unavailable(f"{place} is not a folder.", "Set --home or PIPELINE_EXEC_HOME to a folder.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise Unavailable(f"{place} cannot be written.", "Let the user of the service write there, or set --home.")
    return str(home) if home.exists() else f"{home} is not there yet; the first start makes it"


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(_existing(settings.home.absolute())).free
    if free < LEAST_FREE_BYTES:
        raise Unavailable(
            f"Only {shown_size(free)} are free at the home.", f"Make room: {shown_size(LEAST_FREE_BYTES)} at least."
        )
    return f"{shown_size(free)} are free"


def _key(settings: Settings) -> str:
    if settings.secret_key is not None:
        return "PIPELINE_EXEC_SECRET_KEY"
    path = settings.home / KEY_FILE
    if not path.exists():
        return "made with the first secret that is stored"
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Unavailable(f"Others than its owner can use the key file {path}.", f"Run: chmod 600 {path}")
    return str(path)


def _address(settings: Settings) -> str:
    address = f"{settings.host}:{settings.port}"
    if settings.port == 0:
        return f"any free port of {settings.host}"
    if _is_ours(address):
        return f"the service runs at http://{address}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the service itself binds: a connection of an earlier run that lingers is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Unavailable(
                f"The service cannot listen on {address}: {error.strerror}.",
                "End the program that does, or set PIPELINE_EXEC_HOST and PIPELINE_EXEC_PORT.",
            ) from None
    return f"{address} is free"


def _is_ours(address: str) -> bool:
    import httpx

    try:
        # Health says what is wrong when something is; here it only matters who answers.
        answer = httpx.get(f"http://{address}{HEALTH}", timeout=ANSWER_SECONDS, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return False
    return isinstance(answer, dict) and bool({"data", "message"} & answer.keys())


def _database(deployment: Deployment) -> str:
    deployment.layer.ports.store.check()
    return "PostgreSQL" if deployment.settings.database_url is not None else "SQLite in the home"


def _staging(layer: ServiceLayer) -> str:
    layer.ports.staging.check()
    return "can be written"


def _secrets(layer: ServiceLayer) -> str:
    vault = layer.ports.vault
    vault.unseal(vault.seal("open sesame"))
    return "can be sealed and opened"


def _connector(layer: ServiceLayer, connector: Connector) -> Finding:
    def test() -> str:
        failure = layer.connectors.test(connector.id)
        if failure is not None:
            raise Unavailable(failure.message)
        return "can be reached and used"

    return _checked(f"Connector {connector.document.name!r}", test)


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(place for place in (path, *path.parents) if place.exists())
