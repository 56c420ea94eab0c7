import errno
import os
import resource
import signal
import tempfile
import threading
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.connectors.local_sink import LocalOutput, LocalSink
from pipeline_exec.errors import DestinationUnresponsive, InvalidDocument, WriteFileFailure
from pipeline_exec.ports import Limits, Parcel
from pipeline_exec.settings import Settings
from pipeline_exec_tests.connectors.file_sink_conformance import FileSinkConformance
from pipeline_exec_tests.connectors.processes import crashing_at, unprivileged


class LocalDestination:
    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings

    def sink(self, **configuration):
        return LocalSink(LocalOutput(path=str(self.folder), **configuration), self.settings)

    def unusable(self):
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        (self.folder.parent / "file").write_bytes(b"")
        return LocalSink(LocalOutput(path=str(self.folder.parent / "file" / "out")), self.settings)

    def put(self, name, content):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)

    def files(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir()} if self.folder.exists() else {}


@pytest.fixture
def destination(tmp_path, settings):
    return LocalDestination(tmp_path / "made" / "out", settings)


@pytest.fixture
def staged(tmp_path):
    path = tmp_path / "staged"
    path.write_bytes(b"new")
    return path


PARCEL = Parcel(token="token", file_name="out.csv")


class TestLocalSink(FileSinkConformance):
    """A folder of this machine keeps every promise of a sink of files."""


# Crashes


@pytest.mark.parametrize("if_exists", ["ERROR", "REPLACE", "VERSION"])
def test_a_crash_at_any_moment_of_placing_leaves_nothing_half_done(tmp_path, settings, staged, if_exists):
    for step in range(1, 60):
        destination = LocalDestination(tmp_path / str(step), settings)
        destination.put("other.csv", b"other")
        if if_exists == "VERSION":
            destination.put("out.csv", b"old")
        sink = destination.sink(if_exists=if_exists)
        crashed = crashing_at(step, sink.place, staged, PARCEL)
        whole = {b"new", b"old", b"other"}
        assert {content for name, content in destination.files().items() if not name.startswith(".")} <= whole
        where = sink.place(staged, PARCEL)
        files = destination.files()
        assert files.pop(Path(where).name) == b"new"
        assert files == {"other.csv": b"other"} | ({"out.csv": b"old"} if if_exists == "VERSION" else {})
        if not crashed:
            break
    assert step > 5


def test_a_file_another_process_placed_between_two_tries_is_never_overwritten(tmp_path, settings, staged):
    for step in range(1, 60):
        destination = LocalDestination(tmp_path / str(step), settings)
        sink = destination.sink(if_exists="VERSION")
        crashed = crashing_at(step, sink.place, staged, PARCEL)
        theirs = Parcel(token="theirs", file_name="out.csv")
        (tmp_path / "their staged").write_bytes(b"theirs")
        sink.place(tmp_path / "their staged", theirs)
        sink.place(staged, PARCEL)
        assert sorted(destination.files().values()) == [b"new", b"theirs"]
        if not crashed:
            break


def test_what_a_crash_left_half_written_is_overwritten(destination, staged):
    destination.put(".token.part", b"half of something longer than the file")
    destination.sink().place(staged, PARCEL)
    assert destination.files() == {"out.csv": b"new"}


def test_parcels_of_one_name_placed_at_once_all_arrive(destination, tmp_path):
    sink = destination.sink()

    def place(number: int) -> None:
        path = tmp_path / f"staged {number}"
        path.write_bytes(f"{number}".encode())
        sink.place(path, Parcel(token=f"token-{number}", file_name="out.csv"))

    threads = [threading.Thread(target=place, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(destination.files().values()) == sorted(f"{number}".encode() for number in range(12))


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([b"a", b"b", b"cc"])), max_size=8))
def test_whatever_is_placed_and_repeated_each_parcel_answers_where_its_bytes_are(tmp_path_factory, placings):
    folder = tmp_path_factory.mktemp("law")
    destination = LocalDestination(folder / "out", Settings(retry_wait_seconds=0))
    sink = destination.sink()
    for token, content in placings:
        (folder / "staged").write_bytes(content)
        where = sink.place(folder / "staged", Parcel(token=f"{token}-{content.hex()}", file_name="out.csv"))
        assert Path(where).read_bytes() == content
    assert sorted(destination.files().values()) == sorted({content for _, content in placings})


# Refusals


def test_a_read_only_folder_is_a_write_failure_with_its_name_and_a_remedy(shared_folder, settings, staged):
    shared_folder.chmod(0o555)
    sink = LocalSink(LocalOutput(path=str(shared_folder)), settings)
    staged.chmod(0o644)
    for attempt in (sink.check, lambda: sink.place(staged, PARCEL)):
        with pytest.raises(WriteFileFailure, match="permission denied") as failed:
            unprivileged_with(staged, attempt)
        assert str(shared_folder) in failed.value.what
        assert failed.value.remedy
    assert list(shared_folder.iterdir()) == []


def unprivileged_with(file: Path, act):
    """As ``unprivileged``, with the staged file in reach of anybody."""
    reach = takewhile(lambda folder: folder != Path(tempfile.gettempdir()), file.parents)
    for folder in reach:
        folder.chmod(0o755)
    return unprivileged(act)


def test_a_folder_that_may_be_written_but_not_read_takes_files(shared_folder, settings, staged):
    shared_folder.chmod(0o733)
    sink = LocalSink(LocalOutput(path=str(shared_folder)), settings)
    where = unprivileged_with(staged, lambda: sink.place(staged, PARCEL))
    assert Path(where).read_bytes() == b"new"


@pytest.mark.parametrize(
    "make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/x")], ids=["folder", "pipe", "link"]
)
def test_a_name_taken_by_something_else_than_a_file_is_taken(destination, staged, make):
    destination.put("other.csv", b"other")
    make(destination.folder / "out.csv")
    staged.write_bytes(b"" if make is os.mkfifo else b"xx")
    assert Path(destination.sink().place(staged, PARCEL)).name == "out (2).csv"
    with pytest.raises(WriteFileFailure, match="exists already"):
        destination.sink(if_exists="ERROR").place(staged, PARCEL)


def test_a_system_folder_that_takes_no_files_is_a_write_failure(settings, staged):
    sink = LocalSink(LocalOutput(path="/proc/self"), settings)
    with pytest.raises(WriteFileFailure, match="/proc/self"):
        sink.place(staged, PARCEL)


def test_a_full_destination_is_a_write_failure_that_leaves_nothing(destination, staged):
    staged.write_bytes(b"x" * 100_000)
    destination.put("other.csv", b"other")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
        with pytest.raises(WriteFileFailure, match="large"):
            destination.sink().place(staged, PARCEL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert destination.files() == {"other.csv": b"other"}


def test_a_folder_outside_the_local_roots_is_refused(tmp_path, staged):
    settings = Settings(local_roots=(tmp_path / "inside",))
    sink = LocalSink(LocalOutput(path=str(tmp_path / "elsewhere")), settings)
    with pytest.raises(WriteFileFailure, match="outside"):
        sink.place(staged, PARCEL)
    assert not (tmp_path / "elsewhere").exists()


def test_nothing_is_written_into_the_services_own_folder(tmp_path, staged):
    sink = LocalSink(LocalOutput(path=str(tmp_path / "state")), Settings(home=tmp_path / "state"))
    with pytest.raises(WriteFileFailure, match="outside"):
        sink.place(staged, PARCEL)
    assert not (tmp_path / "state").exists()


def test_a_link_in_the_way_of_the_part_file_is_replaced_not_followed(destination, staged, tmp_path):
    (tmp_path / "victim").write_bytes(b"victim")
    destination.put("other.csv", b"other")
    (destination.folder / ".token.part").symlink_to(tmp_path / "victim")
    (destination.folder / "out.csv").symlink_to(tmp_path / "victim")
    where = destination.sink().place(staged, PARCEL)
    assert Path(where).name == "out (2).csv"
    assert (tmp_path / "victim").read_bytes() == b"victim"


# A file system of another kind


@pytest.fixture
def without_links(monkeypatch):
    """A file system without hard links, which no test machine can be relied on to have."""

    def link(*_, **__):
        raise OSError(errno.EOPNOTSUPP, "no links here")

    monkeypatch.setattr(os, "link", link)


@pytest.mark.usefixtures("without_links")
class TestLocalSinkWithoutLinks(FileSinkConformance):
    """The same promises on file systems without hard links."""


def test_an_error_that_may_pass_is_tried_again(destination, staged, monkeypatch):
    """A network share out of reach cannot be had here; the operating system's answer can."""
    fsync, stale = os.fsync, [OSError(errno.ESTALE, "stale")] * 2

    def flaky(descriptor):
        if stale:
            raise stale.pop()
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", flaky)
    destination.sink().place(staged, PARCEL)
    assert destination.files() == {"out.csv": b"new"}
    stale.extend([OSError(errno.ESTALE, "stale")] * 9)
    with pytest.raises(DestinationUnresponsive, match="cannot be reached"):
        destination.sink().place(staged, Parcel(token="other", file_name="other.csv"))


# Configuration


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "out", "file_name": "{sorce_stem}"},
        {"path": "out", "file_name": "a/b"},
        {"path": "out", "file_extension": "../csv"},
        {"path": "out", "if_exists": "APPEND"},
        {"path": "out", "max_rows": 0},
        {},
    ],
    ids=lambda raw: str(list(raw.items())[-1:]),
)
def test_a_wrong_configuration_is_refused_at_the_door(wrong):
    with pytest.raises(InvalidDocument):
        LocalOutput.parse(wrong)


def test_the_limits_are_those_of_the_configuration():
    assert LocalOutput(path="out", max_file_size=5, max_rows=7).limits == Limits(max_file_size=5, max_rows=7)
    assert LocalOutput(path="out").limits == Limits()
