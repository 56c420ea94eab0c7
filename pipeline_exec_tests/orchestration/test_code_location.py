"""Where the code server is found."""

from pathlib import Path

import pytest

from pipeline_exec.errors import Unavailable
from pipeline_exec.orchestration.code_location import LONGEST_SOCKET, socket_path
from pipeline_exec.settings import Settings


@pytest.fixture(params=["in the home", "beside a home with a long name"])
def settings(request, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return Settings(home=tmp_path / ("h" if request.param == "in the home" else "h" * LONGEST_SOCKET))


def test_the_socket_lies_in_a_folder_only_this_user_may_enter(settings):
    folder = Path(socket_path(settings)).parent
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_others_may_write_is_refused(settings):
    Path(socket_path(settings)).parent.chmod(0o777)
    with pytest.raises(Unavailable, match="open to other users"):
        socket_path(settings)
