"""What the tests of all connectors share."""

import tempfile
from pathlib import Path

import pytest

from pipeline_exec.settings import Settings


@pytest.fixture
def settings():
    """No pauses between tries, and loopback may be reached."""
    return Settings(retry_attempts=3, retry_wait_seconds=0, allow_private_addresses=True)


@pytest.fixture
def shared_folder():
    """A folder that other users can reach, too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


@pytest.fixture
def other_file_system():
    """A folder in memory, on another file system than the temporary ones; where there is none, a temporary one."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)
