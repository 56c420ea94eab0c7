"""The code location: where the code server is found, and under which origin its definitions are known.

The origin's id is part of what Dagster remembers of sensors and schedules, and it contains the socket's path: every
process must be told the same one.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import RepositoryPythonOrigin
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.workspace.load_target import GrpcServerTarget

from pipeline_exec.errors import Unavailable
from pipeline_exec.orchestration.tags import LOCATION, REPOSITORY
from pipeline_exec.settings import Settings

DEFINITIONS = "pipeline_exec.definitions"
"""The module that ``workspace.yaml`` names too."""
ATTRIBUTE = "pipelines"

#: sockaddr_un takes 107 bytes and a zero (unix(7)).
LONGEST_SOCKET = 100


def socket_path(settings: Settings) -> str:
    """The code server's unix socket, in a folder only this user may enter."""
    home = settings.home.resolve()
    inside = home / "run" / "code.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET:
        folder = inside.parent
    else:
        name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"pipeline-exec-{os.getuid()}-{name}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_private(folder)
    return str(folder / "code.sock")


def load_target(settings: Settings) -> GrpcServerTarget:
    """The workspace of the UI and the daemon."""
    return GrpcServerTarget(host="localhost", port=None, socket=socket_path(settings), location_name=LOCATION)


def remote_origin(settings: Settings) -> RemoteRepositoryOrigin:
    """The origin under which UI and daemon know the repository."""
    location = GrpcServerCodeLocationOrigin(host="localhost", socket=socket_path(settings), location_name=LOCATION)
    return RemoteRepositoryOrigin(location, REPOSITORY)


def python_origin() -> RepositoryPythonOrigin:
    """The origin a launcher wants to know; our workers build jobs from the store instead, which is never stale."""
    return RepositoryPythonOrigin(
        executable_path=sys.executable,
        code_pointer=ModuleCodePointer(DEFINITIONS, ATTRIBUTE, working_directory=None),
        entry_point=[sys.executable, "-m", "dagster"],
    )


def _check_private(folder: Path) -> None:
    """Raises Unavailable where others could put a socket of theirs; one in /tmp may have been made by anybody."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise Unavailable("The folder of the code server's socket is open to other users.", f"Remove {folder}.")
