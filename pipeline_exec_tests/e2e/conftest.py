"""One running service for the tests that only use it; those that hurt one start their own."""

from pathlib import Path

import pytest

from pipeline_exec_tests.servers.running_service import RunningService, running_service


@pytest.fixture(scope="session")
def service(tmp_path_factory) -> RunningService:
    with running_service(tmp_path_factory.mktemp("service"), PIPELINE_EXEC_ALLOW_PRIVATE_ADDRESSES="true") as running:
        yield running


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def outbox(tmp_path) -> Path:
    folder = tmp_path / "outbox"
    folder.mkdir()
    return folder
