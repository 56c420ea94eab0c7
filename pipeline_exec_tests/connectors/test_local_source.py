import errno
import io
import os
import threading
import time
from pathlib import Path

import pytest

from pipeline_exec.connectors.local_folder import Folder
from pipeline_exec.connectors.local_source import LocalInput, LocalSource
from pipeline_exec.errors import InvalidDocument, SourceRefused, SourceUnresponsive
from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.ports import Outcome
from pipeline_exec.settings import Settings
from pipeline_exec_tests.connectors.file_source_conformance import FileSourceConformance, fetched, listed
from pipeline_exec_tests.connectors.processes import crashing_at, unprivileged


class LocalPlace:
    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        folder.mkdir()

    def source(self, **configuration):
        return LocalSource(LocalInput(path=str(self.folder), **configuration), self.settings)

    def absent(self):
        return LocalSource(LocalInput(path=str(self.folder / "absent")), self.settings)

    def put(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def remove(self, name):
        (self.folder / name).unlink()

    def files(self):
        return {
            str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }


@pytest.fixture
def place(tmp_path, settings):
    return LocalPlace(tmp_path / "in", settings)


class TestLocalSource(FileSourceConformance):
    """A folder of this machine keeps every promise of a source of files."""


# Listing


def test_a_hundred_thousand_files_are_listed_in_a_couple_of_seconds(other_file_system, settings):
    for number in range(100_000):
        os.close(os.open(f"{other_file_system}/{number}.csv", os.O_CREAT | os.O_WRONLY))
    source = LocalSource(LocalInput(path=str(other_file_system), recursive=True), settings)
    begun = time.process_time()
    assert sum(1 for _ in source.listing()) == 100_000
    assert time.process_time() - begun < 3


def test_the_first_file_comes_before_the_folder_is_read_to_its_end(place):
    for name in ("a", "b", "c"):
        place.put(name, b"")
    files = place.source().listing()
    next(files)
    files.close()


def test_a_name_that_is_no_utf8_is_listed_as_text_and_fetched(place):
    name = "Ums\udce4tze \\xe4.csv"
    place.put(name, b"a")
    source = place.source()
    (file,) = source.listing()
    file.path.encode()
    assert fetched(source, file) == b"a"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_is_not_listed(place, make):
    make(place.folder / "a.csv")
    assert list(place.source().listing()) == []


def test_a_pipe_put_in_place_of_a_file_does_not_block_the_fetch(place):
    place.put("a.csv", b"")
    source = place.source()
    file = listed(source)["a.csv"]
    place.remove("a.csv")
    os.mkfifo(place.folder / "a.csv")
    with pytest.raises(SourceUnresponsive):
        fetched(source, file)


# Confinement


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_bytes(b"secret")
    return path


def test_a_link_that_leads_out_of_the_folder_is_not_listed_and_not_fetched(place, secret):
    (place.folder / "a.csv").symlink_to(secret)
    source = place.source(after_read="DELETE")
    assert list(source.listing()) == []
    status = secret.stat()
    forged = FileVersion(str(place.folder / "a.csv"), status.st_size, str(status.st_mtime_ns))
    with pytest.raises(SourceRefused, match="link"):
        fetched(source, forged)
    with pytest.raises(SourceRefused, match="link"):
        source.settle(forged, Outcome.SUCCEEDED)
    assert secret.exists()


def test_a_link_to_a_folder_is_not_searched(place, secret):
    (place.folder / "below").symlink_to(secret.parent)
    assert list(place.source(recursive=True).listing()) == []


def test_a_link_within_the_folder_stands_for_its_file(place):
    place.put("of 2024/a.csv", b"a")
    (place.folder / "latest.csv").symlink_to("of 2024/a.csv")
    source = place.source(after_read="ARCHIVE")
    file = listed(source)["latest.csv"]
    assert fetched(source, file) == b"a"
    source.settle(file, Outcome.SUCCEEDED)
    assert place.files() == {"of 2024/a.csv": b"a", "archive/latest.csv": b"a"}


def test_a_file_swapped_for_a_link_after_the_listing_is_not_followed(place, secret):
    place.put("a.csv", b"a")
    source = place.source()
    file = listed(source)["a.csv"]
    place.remove("a.csv")
    (place.folder / "a.csv").symlink_to(secret)
    with pytest.raises(SourceRefused, match="link"):
        fetched(source, file)


@pytest.mark.parametrize("path", ["elsewhere", "inside/../elsewhere", "inside/link"])
def test_a_folder_outside_the_local_roots_is_refused(tmp_path, path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "elsewhere")
    source = LocalSource(LocalInput(path=str(tmp_path / path)), Settings(local_roots=(tmp_path / "inside",)))
    with pytest.raises(SourceRefused, match="outside") as refused:
        source.check()
    assert "PIPELINE_EXEC_LOCAL_ROOTS" in refused.value.remedy
    with pytest.raises(SourceRefused, match="outside"):
        list(source.listing())


def test_a_folder_below_a_local_root_that_is_itself_a_link_may_be_used(tmp_path):
    (tmp_path / "real" / "in").mkdir(parents=True)
    (tmp_path / "root").symlink_to(tmp_path / "real")
    settings = Settings(local_roots=(tmp_path / "root",))
    LocalSource(LocalInput(path=str(tmp_path / "root" / "in")), settings).check()


@pytest.mark.parametrize("path", ["state", "state/staging", "link"])
def test_the_services_own_folder_is_out_of_bounds(tmp_path, path):
    (tmp_path / "state" / "staging").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "state")
    source = LocalSource(LocalInput(path=str(tmp_path / path)), Settings(home=tmp_path / "state"))
    with pytest.raises(SourceRefused, match="outside"):
        list(source.listing())


def test_the_services_own_folder_is_not_searched_but_for_the_examples(tmp_path):
    for name in ("state/secret.key", "state/examples/in/a.csv", "b.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    settings = Settings(home=tmp_path / "state")
    assert set(listed(LocalSource(LocalInput(path=str(tmp_path), recursive=True), settings))) == {"b.csv"}
    examples = LocalInput(path=str(tmp_path / "state/examples/in"))
    assert set(listed(LocalSource(examples, settings))) == {"a.csv"}


def test_files_are_not_archived_outside_the_local_roots(place, tmp_path):
    place.put("a.csv", b"a")
    place.settings = Settings(local_roots=(place.folder,))
    source = place.source(after_read="ARCHIVE", archive_path=str(tmp_path / "elsewhere"))
    with pytest.raises(SourceRefused, match="outside"):
        list(source.listing())


# Refusals


def test_a_file_larger_than_the_service_takes_is_refused(place):
    place.put("a.csv", b"12345")
    place.settings = Settings(max_file_size=4)
    source = place.source()
    with pytest.raises(SourceRefused, match="PIPELINE_EXEC_MAX_FILE_SIZE"):
        fetched(source, listed(source)["a.csv"])


def test_a_file_that_grows_while_it_is_read_is_not_taken(place):
    place.put("a.csv", b"x" * 2_500_000)
    source = place.source()
    file = listed(source)["a.csv"]

    class Appending:
        def write(self, data):
            with (place.folder / "a.csv").open("ab") as content:
                content.write(b"more")

    with pytest.raises(SourceUnresponsive, match="still being written"):
        source.fetch(file, Appending())


@pytest.fixture
def failing_share(monkeypatch):
    """A network share that is out of reach for a moment: it cannot be had here, what the system answers then can."""
    failures: list[str] = []
    opened, stale = os.open, OSError(errno.ESTALE, "stale file handle")

    def open_flakily(path, *arguments, **options):
        if failures and path == failures[-1]:
            failures.pop()
            raise stale
        return opened(path, *arguments, **options)

    monkeypatch.setattr(os, "open", open_flakily)
    return failures


def test_a_share_that_is_away_for_a_moment_is_tried_again(place, failing_share):
    place.put("a.csv", b"a")
    source = place.source(after_read="ARCHIVE")
    failing_share.extend(["in"] * 2)
    (file,) = source.listing()
    failing_share.extend(["a.csv"] * 2)
    assert fetched(source, file) == b"a"
    failing_share.extend(["archive"] * 2)
    source.settle(file, Outcome.SUCCEEDED)
    assert failing_share == []
    assert place.files() == {"archive/a.csv": b"a"}


def test_a_share_that_stays_away_is_unresponsive(place, failing_share):
    place.put("a.csv", b"a")
    source = place.source(after_read="ARCHIVE")
    (file,) = source.listing()
    tries = place.settings.retry_attempts
    for attempt, times in (
        (source.check, 1),
        (lambda: list(source.listing()), tries),
        (lambda: fetched(source, file), tries),
        (lambda: source.settle(file, Outcome.SUCCEEDED), tries),
    ):
        failing_share[:] = ["in"] * 20
        with pytest.raises(SourceUnresponsive, match="cannot be reached") as failed:
            attempt()
        assert len(failing_share) == 20 - times
        assert failed.value.remedy


def test_a_copy_that_is_interrupted_goes_on_where_it_stopped(place, monkeypatch):
    content = os.urandom(3_500_000)
    place.put("a.bin", content)
    source = place.source()
    (file,) = source.listing()
    reading, breaks = Folder.reading, [1, 2]

    class Breaking(io.BufferedReader):
        chunks = 0

        def read(self, size=-1):
            self.chunks += 1
            if breaks and self.chunks > breaks[0]:
                breaks.pop(0)
                raise OSError(errno.EIO, "input/output error")
            return super().read(size)

    monkeypatch.setattr(Folder, "reading", lambda self, name: Breaking(reading(self, name).detach()))
    assert fetched(source, file) == content
    assert breaks == []


def test_an_error_of_our_own_staging_is_not_told_as_one_of_the_source(place):
    place.put("a.csv", b"a")
    source = place.source()
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="No space"):
        source.fetch(listed(source)["a.csv"], full)


def test_a_path_through_a_file_is_refused(place):
    place.put("a.csv", b"a")
    with pytest.raises(SourceRefused, match=r"a\.csv/in"):
        LocalSource(LocalInput(path=str(place.folder / "a.csv/in")), place.settings).check()


def test_a_folder_without_permission_is_refused(shared_folder, settings):
    shared_folder.chmod(0o000)
    source = LocalSource(LocalInput(path=str(shared_folder)), settings)
    with pytest.raises(SourceRefused, match="permission denied") as refused:
        unprivileged(lambda: list(source.listing()))
    assert "permission" in refused.value.remedy


def test_a_file_without_permission_is_refused(shared_folder, settings):
    (shared_folder / "a.csv").write_bytes(b"a")
    (shared_folder / "a.csv").chmod(0o000)
    source = LocalSource(LocalInput(path=str(shared_folder)), settings)
    with pytest.raises(SourceRefused, match=r"a\.csv may not be used"):
        unprivileged(lambda: fetched(source, next(source.listing())))


def test_files_cannot_be_put_away_from_a_read_only_folder_and_the_check_says_so(shared_folder, settings):
    (shared_folder / "a.csv").write_bytes(b"a")
    shared_folder.chmod(0o555)
    source = LocalSource(LocalInput(path=str(shared_folder), after_read="DELETE"), settings)
    with pytest.raises(SourceRefused, match="not changed"):
        unprivileged(source.check)
    with pytest.raises(SourceRefused, match=r"a\.csv"):
        unprivileged(lambda: source.settle(next(source.listing()), Outcome.SUCCEEDED))
    assert (shared_folder / "a.csv").exists()


def test_a_readable_folder_whose_parent_cannot_be_listed_may_be_used(shared_folder, settings):
    inbox = shared_folder / "in"
    inbox.mkdir()
    (inbox / "a.csv").write_bytes(b"a")
    shared_folder.chmod(0o711)
    source = LocalSource(LocalInput(path=str(inbox)), settings)
    assert [file.path for file in unprivileged(lambda: list(source.listing()))] == [str(inbox / "a.csv")]


# Settling


def test_a_file_of_another_user_is_archived(shared_folder, settings):
    """Linux does not let a user make a hard link to it; renaming it is allowed."""
    (shared_folder / "a.csv").write_bytes(b"a")
    source = LocalSource(LocalInput(path=str(shared_folder), after_read="ARCHIVE"), settings)
    unprivileged(lambda: source.settle(next(source.listing()), Outcome.SUCCEEDED))
    assert [path.relative_to(shared_folder) for path in shared_folder.rglob("*.csv")] == [Path("archive/a.csv")]


@pytest.mark.parametrize("configuration", [{"after_read": "ARCHIVE"}, {"after_read": "DELETE"}], ids=str)
def test_a_crash_at_any_moment_of_settling_loses_nothing(tmp_path, settings, configuration):
    for step in range(1, 60):
        place = LocalPlace(tmp_path / str(step), settings)
        place.put("a.csv", b"a")
        place.put("a.csv.done", b"")
        place.put("archive/a.csv", b"another")
        source = place.source(marker="{name}.done", **configuration)
        file = listed(source)["a.csv"]
        crashed = crashing_at(step, source.settle, file, Outcome.SUCCEEDED)
        source.settle(file, Outcome.SUCCEEDED)
        archived = {"archive/a (2).csv": b"a", "archive/a.csv.done": b""}
        assert place.files() == {"archive/a.csv": b"another"} | (
            archived if configuration["after_read"] == "ARCHIVE" else {}
        )
        if not crashed:
            break
    assert step > 5


def test_a_file_is_archived_across_file_systems_once(place, other_file_system):
    place.put("a.csv", b"a")
    source = place.source(after_read="ARCHIVE", archive_path=str(other_file_system))
    file = listed(source)["a.csv"]
    assert place.folder.stat().st_dev != other_file_system.stat().st_dev, "this needs a second file system"
    for step in range(1, 60):
        place.put("a.csv", b"a")
        os.utime(place.folder / "a.csv", ns=(int(file.modified), int(file.modified)))
        crashed = crashing_at(step, source.settle, file, Outcome.SUCCEEDED)
        source.settle(file, Outcome.SUCCEEDED)
        assert place.files() == {}
        assert [path.name for path in other_file_system.iterdir()] == ["a.csv"]
        (other_file_system / "a.csv").unlink()
        if not crashed:
            break
    assert step > 5


def test_many_workers_archive_files_of_one_name_without_losing_one(place):
    source = place.source(after_read="ARCHIVE", archive_path="archive", recursive=True)
    contents = {f"{number}/a.csv": f"content {number}".encode() for number in range(8)}
    for name, content in contents.items():
        place.put(name, content)
    files = list(source.listing())
    threads = [threading.Thread(target=source.settle, args=(file, Outcome.SUCCEEDED)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.files() == {f"archive/{name}": content for name, content in contents.items()}


# Configuration


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": ""},
        {"path": "a\0b"},
        {"path": "in", "archive_path": "."},
        {"path": "in", "failure_path": "../in"},
        {"path": "in", "marker": "{name}"},
        {"path": "in", "marker": "done/{name}"},
        {"path": "in", "marker": "{file}.done"},
        {"path": "in", "pattern": "a/*.csv"},
        {"path": "in", "after_read": "MOVE"},
        {"path": "in", "stable_for_seconds": -1},
        {"path": "in", "patern": "*.csv"},
    ],
    ids=lambda raw: str(list(raw.items())[-1]),
)
def test_a_wrong_configuration_is_refused_at_the_door(wrong):
    with pytest.raises(InvalidDocument):
        LocalInput.parse(wrong, at="configuration")


def test_a_file_must_stand_still_for_two_polls_when_nothing_else_is_said():
    settings = Settings(poll_seconds=7)
    assert LocalInput(path="in").stable_after(settings) == 14
    assert LocalInput(path="in", poll_seconds=3).stable_after(settings) == 6
    assert LocalInput(path="in", stable_for_seconds=0).stable_after(settings) == 0
