"""A whole service on this machine: its parts supervised, its addresses shown, its executions told as they end."""

from __future__ import annotations

import fcntl
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime

import httpx

from pipeline_exec.bootstrap import application, system_clock
from pipeline_exec.cli.supervisor import Supervisor, wait_until
from pipeline_exec.errors import Conflict
from pipeline_exec.model.execution import Execution, Status
from pipeline_exec.model.principal import CredentialKind
from pipeline_exec.model.query import AllOf, Comparison, Operator, Ordering, Query
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.settings import Settings

START_SECONDS = 90.0
WATCH_SECONDS = 0.5
TOLD_AT_ONCE = 100


class Service:
    """The service of one home. Only one may run at a time."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        """Start nothing yet.

        Args:
            settings: Of the deployment; port 0 lets the system choose one.
            tell: Shows a line to the person at the terminal.
        """
        self._reservation = None if settings.port else _reserved(settings.host)
        port = self._reservation.getsockname()[1] if self._reservation else settings.port
        self.settings = settings.model_copy(update={"home": settings.home.resolve(), "port": port})
        self.layer: ServiceLayer = application(self.settings)
        self._tell = tell
        self._told_until = system_clock()
        self._supervisor = Supervisor(self.settings.home, self.settings.environment(), tell)

    @property
    def address(self) -> str:
        """Where the API listens."""
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def is_new(self) -> bool:
        """Whether nobody has a key yet."""
        return not self.layer.principals.keys()

    @contextmanager
    def running(self) -> Iterator[None]:
        """All parts started and ready, and stopped at the end of the block.

        Raises:
            KeyboardInterrupt: on SIGINT and on SIGTERM, inside the block too.
            Conflict: the home has a service that runs, or the port is taken.
            Unavailable: the parts did not get ready in time.
        """
        # SIGINT too: a shell has what a script starts in the background ignore it.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler)
        with self._reservation or nullcontext(), self._alone(), self._supervisor.running():
            wait_until(self._is_ready, self._supervisor, START_SECONDS)
            yield

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep the parts running and tell of every execution that ends, until ``until`` says so."""
        while not until():
            time.sleep(WATCH_SECONDS)
            self._supervisor.watch()
            for execution in self._ended():
                self._tell(_line(execution, self._name_of(execution)))

    def issue_key(self, name: str) -> str:
        """A key of the organisation's owner."""
        return self.layer.principals.issue(self.layer.principals.owner(), CredentialKind.API_KEY, name).token

    def login_link(self) -> str:
        """A link that opens one browser session."""
        issued = self.layer.principals.issue(self.layer.principals.owner(), CredentialKind.LOGIN, "start")
        return f"{self.address}/login?token={issued.token}"

    def _is_ready(self) -> bool:
        try:
            return (
                httpx.get(f"{self.address}/management/health", timeout=2, trust_env=False).status_code == httpx.codes.OK
            )
        except httpx.TransportError:
            return False

    def _ended(self) -> Sequence[Execution]:
        condition = AllOf(
            (
                Comparison("updated_at", Operator.GT, self._told_until.isoformat()),
                Comparison("status", Operator.NE, Status.PROCESSING.value),
            )
        )
        query = Query(condition=condition, orderings=(Ordering("updated_at"),), limit=TOLD_AT_ONCE)
        ended = self.layer.executions.find(query).items
        if ended:
            self._told_until = ended[-1].audit.updated_at
        return ended

    def _name_of(self, execution: Execution) -> str:
        with self.layer.ports.store.reading() as tx:
            pipelines = tx.pipelines.many([execution.pipeline_id] if execution.pipeline_id else [])
        return next((pipeline.name for pipeline in pipelines.values()), "a deleted pipeline")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self.settings.home / "run" / "up.lock"
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(f"The service of {self.settings.home} is running already.", "Stop it first.") from None
            if not _is_free(self.settings.host, self.settings.port):
                raise Conflict(
                    f"Port {self.settings.port} of {self.settings.host} is taken.", "Choose another with --port."
                )
            yield


def _line(execution: Execution, name: str) -> str:
    counts, log = execution.log.counts, execution.log
    told: list[str] = [
        f"{_local(execution.audit.updated_at):%H:%M:%S}",
        f"{execution.status.value:<10}",
        name,
        execution.trigger_type.value,
        execution.source.name if execution.source else "no input",
    ]
    if counts is not None:
        told.append(f"{counts.total_rows:,} rows, {counts.total_error_cells:,} of {counts.total_cells:,} cells bad")
    if log.duration is not None:
        told.append(f"{log.duration / 1000:.2f} s")
    if execution.failure is not None:
        told.append(f"{execution.failure.type.value}: {execution.failure.message}")
    return "  ".join(told)


def _local(moment: datetime) -> datetime:
    return moment.astimezone()


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _reserved(host: str) -> socket.socket:
    """A socket on a port that the system chose, and gives to nobody else while this is open.

    It never listens, so that the API may: with SO_REUSEADDR two sockets may have an address of which one listens.
    """
    reservation = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reservation.bind((host, 0))
    return reservation
