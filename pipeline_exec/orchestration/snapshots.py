"""Job snapshots remembered by the code server's clients.

At every refresh a client of Dagster 1.13 asks for every job's snapshot anew, one call each: with a thousand pipelines
that takes 10 s, after each change of any of them. A snapshot's id is a hash of its content, so what was seen under an
id is still that.
Private API: ``dagster/_api/snapshot_repository.py`` of 1.13.27, guarded by a contract test.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dagster._api import snapshot_repository
from dagster._core.errors import DagsterUserCodeProcessError
from dagster._core.remote_origin import RemoteRepositoryOrigin
from dagster._core.remote_representation.external_data import (
    RepositoryErrorSnap,
    RepositorySnap,
    extract_serialized_job_snap_from_serialized_job_data_snap,
)
from dagster._core.snap import JobSnap
from dagster._serdes import deserialize_value

CALLS_AT_ONCE = 4

_stock = snapshot_repository.sync_get_external_repositories_data_grpc
_seen: dict[str, dict[tuple[str, str], JobSnap]] = {}


def remember_snapshots() -> None:
    """Have this process's workspace ask only for snapshots it has not seen."""
    snapshot_repository.sync_get_external_repositories_data_grpc = _load


def _load(api_client: Any, code_location: Any, defer_snapshots: bool) -> Any:  # Dagster's signature
    if not defer_snapshots:
        return _stock(api_client, code_location, defer_snapshots)
    return {name: _load_one(api_client, code_location, name) for name in code_location.repository_names}


def _load_one(api_client: Any, code_location: Any, name: str) -> tuple[RepositorySnap, dict[str, JobSnap]]:
    origin = RemoteRepositoryOrigin(code_location.origin, name)
    reply = api_client.external_repository(remote_repository_origin=origin, defer_snapshots=True)
    data = deserialize_value(reply, (RepositorySnap, RepositoryErrorSnap))
    if isinstance(data, RepositoryErrorSnap):
        raise DagsterUserCodeProcessError.from_error_info(data.error)
    known = _seen.get(origin.get_id(), {})
    wanted = [(ref.name, ref.snapshot_id) for ref in data.get_job_refs()]
    missing = [key for key in wanted if key not in known]
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        fetched = dict(zip(missing, pool.map(lambda key: _fetch(api_client, origin, key[0]), missing), strict=True))
    snapshots = {key: fetched.get(key) or known[key] for key in wanted}
    _seen[origin.get_id()] = snapshots
    return data, {job: snapshot for (job, _), snapshot in snapshots.items()}


def _fetch(api_client: Any, origin: RemoteRepositoryOrigin, job: str) -> JobSnap:
    reply = api_client.external_job(origin, job)
    if not reply.serialized_job_data:
        raise DagsterUserCodeProcessError(
            f"The code server has no definition of job {job!r}.", user_code_process_error_infos=[]
        )
    return deserialize_value(
        extract_serialized_job_snap_from_serialized_job_data_snap(reply.serialized_job_data), JobSnap
    )
