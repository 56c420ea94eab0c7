"""The Dagster instance: its configuration written into the home, opened with pooled connections in every process."""

from __future__ import annotations

import os
from pathlib import Path

import yaml
from dagster import DagsterInstance

from pipeline_exec.settings import Settings

DAGSTER_HOME = "DAGSTER_HOME"
POSTGRES_URL = "DAGSTER_POSTGRES_URL"
"""The variable through which the instance's configuration file names the database without holding its password."""
QUEUE = "dagster"
POLLING_SECONDS = 0.02
"""How often an idle worker looks into the broker's folder: what a run waits at most, for 1 % of a core."""

SENSORS_AT_ONCE, SCHEDULES_AT_ONCE = 8, 4
"""Dagster evaluates one after the other unless told otherwise: a slow source would keep all others waiting."""

SECONDS_A_RUN_MAY_QUEUE = 7 * 24 * 3600
"""Waiting for a worker is no failure, and Dagster has no "for ever" here: 0 fails an invariant of its monitoring."""


def prepare_environment(settings: Settings) -> None:
    """Point this process, and its children, to the instance.

    A ``DAGSTER_HOME`` that is set already stands: with ``dagster dev`` it is the user's own.
    """
    # Without it Dagster uploads whatever lies in $DAGSTER_HOME/logs, even with telemetry off in dagster.yaml.
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    if settings.database_url is not None:
        os.environ[POSTGRES_URL] = _psycopg2(settings.database_url.get_secret_value())
    if os.environ.get(DAGSTER_HOME):
        return
    folder = settings.home.resolve() / "dagster"
    _write(folder / "dagster.yaml", yaml.safe_dump(_configuration(settings), sort_keys=False))
    os.environ[DAGSTER_HOME] = str(folder)


def open_instance(settings: Settings) -> DagsterInstance:
    """The instance, with connections that are kept open: 3 to 5 times as fast on PostgreSQL."""
    prepare_environment(settings)
    instance = DagsterInstance.get()
    instance.optimize_for_webserver(statement_timeout=0, pool_recycle=3600, max_overflow=20)
    return instance


def _configuration(settings: Settings) -> dict[str, object]:
    return {
        **_storages(settings),
        # What ops print goes to the event log; capturing file descriptors costs 50 ms a run.
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
        "run_coordinator": {
            "module": "pipeline_exec.orchestration.coordinator",
            "class": "AttributingRunCoordinator",
        },
        "run_launcher": {
            "module": "pipeline_exec.orchestration.launcher",
            "class": "WorkerRunLauncher",
            "config": {"default_queue": QUEUE, **_celery(settings)},
        },
        "run_monitoring": {
            "enabled": True,
            "poll_interval_seconds": 5,
            "start_timeout_seconds": SECONDS_A_RUN_MAY_QUEUE,
            "cancel_timeout_seconds": 30,
            # A worker that hangs in native code still gives signs of life.
            "max_runtime_seconds": settings.max_run_seconds,
        },
        "sensors": {"use_threads": True, "num_workers": SENSORS_AT_ONCE},
        "schedules": {"use_threads": True, "num_workers": SCHEDULES_AT_ONCE},
        "retention": {"sensor": {"purge_after_days": {"skipped": 1, "success": 30, "failure": 30}}},
        "python_logs": {"python_log_level": "INFO"},
        "telemetry": {"enabled": False},
        # The dialog that asks every new browser to join a community and to leave an address.
        "nux": {"enabled": False},
    }


def _storages(settings: Settings) -> dict[str, object]:
    if settings.database_url is not None:
        return {"storage": {"postgres": {"postgres_url": {"env": POSTGRES_URL}}}}
    module = "pipeline_exec.orchestration.dagster_sqlite"
    config = {"base_dir": str(settings.home.resolve() / "dagster" / "storage")}
    return {
        "run_storage": {"module": module, "class": "PooledRunStorage", "config": config},
        "event_log_storage": {"module": module, "class": "PooledEventLogStorage", "config": config},
        "schedule_storage": {"module": module, "class": "PooledScheduleStorage", "config": config},
    }


def _celery(settings: Settings) -> dict[str, object]:
    if settings.broker_url is not None:
        url = settings.broker_url.get_secret_value()
        return {"broker": url, "backend": url, "config_source": {"worker_prefetch_multiplier": 1}}
    folders = {name: str(_made(settings.home.resolve() / "celery" / name)) for name in ("queue", "control", "results")}
    return {
        "broker": "filesystem://",
        "backend": f"file://{folders['results']}",
        "config_source": {
            "worker_prefetch_multiplier": 1,
            "broker_transport": "pipeline_exec.orchestration.transport:Transport",
            "broker_transport_options": {
                "data_folder_in": folders["queue"],
                "data_folder_out": folders["queue"],
                "control_folder": folders["control"],
                "store_processed": False,
                "polling_interval": POLLING_SECONDS,
            },
        },
    }


def _psycopg2(url: str) -> str:
    """SQLAlchemy 2.1 reads ``postgresql://`` as psycopg 3; Dagster brings psycopg2."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg2{separator}{rest}" if scheme in ("postgresql", "postgres") else url


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _write(path: Path, text: str) -> None:
    """Replace a file whole, and only when it changes: several processes start at once."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    part = _made(path.parent) / f".{path.name}.{os.getpid()}"
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    part.replace(path)
