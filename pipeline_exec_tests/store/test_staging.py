import errno
import os
import resource

import psutil
import pytest

from pipeline_exec.errors import NotFound, Unavailable
from pipeline_exec.store.staging import LocalStaging
from pipeline_exec_tests.connectors.processes import crashing_at, unprivileged
from pipeline_exec_tests.store.conformance.staging import StagingConformance, place, put
from pipeline_exec_tests.store.races import in_processes


@pytest.fixture
def staging(tmp_path):
    return LocalStaging(tmp_path / "staging")


class TestLocalStaging(StagingConformance):
    """A folder of this machine keeps every promise of a staging area."""


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_nothing_but_the_file_is_left(staging, tmp_path):
    put(staging, "execution/input")
    place(staging, "execution/rows")
    staging.check()
    with pytest.raises(ZeroDivisionError), staging.writing("execution/other") as file:
        file.write(b"half" * (1 // 0))
    with pytest.raises(ZeroDivisionError), staging.placing("execution/other") as placed:
        placed.path.write_bytes(b"half") and 1 // 0
    assert everything(tmp_path / "staging") == ["execution", "execution/input", "execution/rows"]


def test_nobody_else_can_look_into_it(staging, tmp_path):
    put(staging, "execution/input")
    assert (tmp_path / "staging").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("written", [put, place], ids=["written", "placed"])
def test_a_crash_at_any_step_leaves_the_whole_file_or_none(staging, written, step):
    crashed = crashing_at(step, written, staging, "execution/input", b"whole" * 1000)
    assert crashed or step > 4
    if staging.exists("execution/input"):
        assert staging.local("execution/input").read_bytes() == b"whole" * 1000
    put(staging, "execution/input", b"again")
    assert staging.local("execution/input").read_bytes() == b"again"
    staging.remove("execution")


@pytest.mark.parametrize("written", [put, place], ids=["written", "placed"])
@pytest.mark.parametrize("step", range(1, 8))
def test_what_dead_processes_left_is_removed_by_who_writes_the_same(staging, tmp_path, written, step):
    crashing_at(step, written, staging, "execution/rows", b"half")
    with staging.placing("execution/rows") as placed:
        written(staging, "execution/rows", b"again")
        placed.path.write_bytes(b"whole")
    assert everything(tmp_path / "staging") == ["execution", "execution/rows"]
    assert staging.local("execution/rows").read_bytes() == b"whole"


def test_what_dead_processes_left_is_removed_with_the_execution(staging, tmp_path):
    put(staging, "execution/input")
    assert crashing_at(3, put, staging, "execution/rows")
    staging.remove("execution")
    assert everything(tmp_path / "staging") == []


def test_processes_that_place_the_same_do_not_mix(staging):
    in_processes(lambda number: place(staging, "execution/rows", bytes([number]) * 100_000), 3)
    content = staging.local("execution/rows").read_bytes()
    assert len(content) == 100_000
    assert len(set(content)) == 1


def test_a_folder_that_is_no_folder_is_unavailable_without_saying_where_it_is(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    staging = LocalStaging(tmp_path / "file" / "staging")
    for ask in (staging.check, lambda: put(staging, "execution/input"), lambda: place(staging, "execution/rows")):
        with pytest.raises(Unavailable, match="cannot be written") as refused:
            ask()
        assert str(tmp_path) not in refused.value.message


def test_a_folder_that_may_not_be_written_is_unavailable(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(Unavailable, match=r"Permission denied.*permissions"):
        unprivileged(LocalStaging(tmp_path).check)


def test_a_full_disk_is_unavailable(staging):
    with pytest.raises(Unavailable, match="No space left on device") as refused, staging.writing("execution/input"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "room" in refused.value.remedy
    assert not staging.exists("execution/input")


@pytest.mark.parametrize("written", [put, place], ids=["written", "placed"])
def test_a_file_that_grows_beyond_what_the_system_allows_leaves_nothing(staging, tmp_path, written):
    def write(_):
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        try:
            written(staging, "execution/input", b"x" * 100_000)
        except Unavailable as error:
            return error.what

    assert in_processes(write, 1) == ["The staging area cannot be written: File too large."]
    assert everything(tmp_path / "staging") == ["execution"]


def test_a_few_bytes_that_find_no_room_at_the_end_are_unavailable_too(staging):
    def write(_):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
        with pytest.raises(Unavailable):
            put(staging, "execution/input", b"few")
        return True

    assert in_processes(write, 1) == [True]


def test_trouble_of_whoever_writes_is_passed_on_as_it_is(staging):
    with pytest.raises(ConnectionResetError), staging.writing("execution/input"):
        raise ConnectionResetError(errno.ECONNRESET, "the sender is gone")


def test_what_need_not_be_durable_is_there_until_the_machine_is_started_anew(staging, tmp_path):
    place(staging, "execution/rows", b"rows", is_durable=False)
    assert staging.local("execution/rows").read_bytes() == b"rows"
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    os.utime(kept, (psutil.boot_time() - 60, psutil.boot_time() - 60))
    assert not staging.exists("execution/rows")
    with pytest.raises(NotFound):
        staging.local("execution/rows")


def test_durable_files_are_there_however_old_they_are(staging, tmp_path):
    place(staging, "execution/findings")
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    os.utime(kept, (0, 0))
    assert staging.exists("execution/findings")
