"""What every source of files promises, as ``ports.FileSource`` says it."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import Protocol

import pytest

from pipeline_exec.errors import SourceRefused, SourceUnresponsive
from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.ports import FileSource, Outcome


class FilePlace(Protocol):
    """Where the files of a suite lie, reached by another way than the source under test."""

    def source(self, **configuration) -> FileSource:
        """The source under test."""

    def absent(self) -> FileSource:
        """A source whose folder does not exist."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file, in place of one that has the name."""

    def remove(self, name: str) -> None:
        """Delete a file."""

    def files(self) -> dict[str, bytes]:
        """Every file below the place."""


def listed(source: FileSource) -> dict[str, FileVersion]:
    files = list(source.listing())
    by_name = {PurePath(file.path).name: file for file in files}
    assert len(by_name) == len(files), "a file was listed twice"
    return by_name


def fetched(source: FileSource, file: FileVersion) -> bytes:
    into = io.BytesIO()
    source.fetch(file, into)
    return into.getvalue()


class FileSourceConformance:
    """Inherit it and give it a fixture ``place`` that answers a ``FilePlace``."""

    # check

    def test_a_place_that_can_be_listed_passes_the_check(self, place):
        place.put("a.csv", b"a")
        place.source().check()

    def test_an_empty_place_passes_the_check(self, place):
        place.source().check()

    def test_a_folder_that_is_not_there_is_refused_with_its_name_and_a_remedy(self, place):
        with pytest.raises(SourceRefused) as refused:
            place.absent().check()
        assert "absent" in refused.value.what
        assert refused.value.remedy

    # listing

    def test_an_empty_place_lists_nothing(self, place):
        assert list(place.source().listing()) == []

    def test_every_file_is_listed_with_its_size(self, place):
        for name in ("b.csv", "a.csv", "ä ö.csv", "Z.CSV"):
            place.put(name, name.encode())
        assert {name: file.size for name, file in listed(place.source()).items()} == {
            name: len(name.encode()) for name in ("b.csv", "a.csv", "ä ö.csv", "Z.CSV")
        }

    def test_two_looks_at_an_unchanged_file_see_the_same_version(self, place):
        place.put("a.csv", b"a")
        source = place.source()
        assert list(source.listing()) == list(source.listing())

    def test_a_changed_file_is_another_version(self, place):
        place.put("a.csv", b"a")
        source = place.source()
        before = listed(source)["a.csv"]
        place.put("a.csv", b"another")
        assert listed(source)["a.csv"] != before

    def test_only_names_that_match_the_pattern_are_listed(self, place):
        for name in ("orders.csv", "orders.xlsx", "invoices.csv"):
            place.put(name, b"x")
        assert set(listed(place.source(pattern="orders*"))) == {"orders.csv", "orders.xlsx"}

    @pytest.mark.parametrize("name", [".hidden.csv", "a.csv.part", "a.csv.PART", "a.tmp", "a.filepart", "~$book.xlsx"])
    def test_a_file_that_is_being_written_is_not_listed(self, place, name):
        place.put(name, b"x")
        assert list(place.source().listing()) == []

    def test_markers_are_not_listed(self, place):
        for name in ("a.csv", "a.csv.done", "b.done"):
            place.put(name, b"x")
        assert set(listed(place.source(marker="{name}.done"))) == {"a.csv"}

    def test_files_in_subfolders_are_listed_only_when_wanted(self, place):
        place.put("a.csv", b"a")
        place.put("below/deeper/b.csv", b"b")
        assert set(listed(place.source())) == {"a.csv"}
        assert set(listed(place.source(recursive=True))) == {"a.csv", "b.csv"}

    def test_a_failure_to_list_is_an_error_and_no_empty_listing(self, place):
        with pytest.raises(SourceRefused):
            list(place.absent().listing())

    def test_many_files_are_all_listed(self, place):
        names = {f"{number:04}.csv" for number in range(1500)}
        for name in names:
            place.put(name, b"x")
        assert set(listed(place.source())) == names

    # is_ready, age

    def test_a_file_is_ready_once_it_stood_still_for_long_enough(self, place):
        place.put("a.csv", b"a")
        source = place.source(stable_for_seconds=10)
        file = listed(source)["a.csv"]
        assert not source.is_ready(file, 9.9)
        assert source.is_ready(file, 10)

    def test_a_file_with_a_marker_setting_is_ready_when_its_marker_is_there(self, place):
        place.put("a.csv", b"a")
        source = place.source(marker="{stem}.ok", stable_for_seconds=0)
        file = listed(source)["a.csv"]
        assert not source.is_ready(file, 3600)
        place.put("a.ok", b"")
        assert source.is_ready(file, 0)

    def test_the_age_of_a_file_is_never_negative(self, place):
        place.put("a.csv", b"a")
        source = place.source()
        file = listed(source)["a.csv"]
        now = datetime.now(UTC)
        assert 0 <= source.age(file, now) < 60
        assert 3600 <= source.age(file, now + timedelta(hours=1)) < 3660
        assert source.age(file, now - timedelta(hours=1)) == 0

    # fetch

    @pytest.mark.parametrize("size", [0, 1, 3_000_001], ids=["empty", "one byte", "several chunks"])
    def test_a_file_is_fetched_byte_for_byte(self, place, size):
        content = bytes(number % 251 for number in range(size))
        place.put("a.bin", content)
        source = place.source()
        assert fetched(source, listed(source)["a.bin"]) == content

    def test_a_file_that_is_gone_is_refused_by_name(self, place):
        place.put("a.csv", b"a")
        source = place.source()
        file = listed(source)["a.csv"]
        place.remove("a.csv")
        with pytest.raises(SourceRefused, match=r"a\.csv"):
            fetched(source, file)

    def test_a_file_that_changed_after_the_listing_is_not_fetched(self, place):
        place.put("a.csv", b"a")
        source = place.source()
        file = listed(source)["a.csv"]
        place.put("a.csv", b"another")
        with pytest.raises(SourceUnresponsive, match=r"a\.csv changed"):
            fetched(source, file)

    def test_a_path_outside_the_place_is_refused(self, place):
        place.put("a.csv", b"a")
        source = place.source()
        file = listed(source)["a.csv"]
        outside = FileVersion(str(PurePath(file.path).parent / ".." / "secret.csv"), 1, "1")
        with pytest.raises(SourceRefused):
            fetched(source, outside)

    # settle

    @pytest.mark.parametrize("outcome", Outcome, ids=lambda outcome: outcome.name.lower())
    def test_a_file_is_kept_unless_the_connector_says_otherwise(self, place, outcome):
        place.put("a.csv", b"a")
        source = place.source()
        source.settle(listed(source)["a.csv"], outcome)
        assert place.files() == {"a.csv": b"a"}

    @pytest.mark.parametrize(
        ("configuration", "outcome", "left"),
        [
            ({"after_read": "DELETE"}, Outcome.SUCCEEDED, {}),
            ({"after_read": "ARCHIVE"}, Outcome.SUCCEEDED, {"archive/a.csv": b"a"}),
            ({"after_read": "ARCHIVE", "archive_path": "old/of 2024"}, Outcome.SUCCEEDED, {"old/of 2024/a.csv": b"a"}),
            ({"after_read": "DELETE"}, Outcome.FAILED, {"a.csv": b"a"}),
            ({"after_read": "ARCHIVE"}, Outcome.FAILED, {"a.csv": b"a"}),
            ({"on_failure": "MOVE"}, Outcome.FAILED, {"failed/a.csv": b"a"}),
            ({"on_failure": "MOVE", "failure_path": "bad"}, Outcome.FAILED, {"bad/a.csv": b"a"}),
            ({"on_failure": "MOVE"}, Outcome.SUCCEEDED, {"a.csv": b"a"}),
        ],
        ids=[
            "deleted after success",
            "archived after success",
            "archived where the connector says",
            "not deleted after failure",
            "not archived after failure",
            "moved after failure",
            "moved where the connector says",
            "not moved after success",
        ],
    )
    def test_a_file_is_put_away_once_however_often_it_is_asked(self, place, configuration, outcome, left):
        place.put("a.csv", b"a")
        source = place.source(**configuration)
        file = listed(source)["a.csv"]
        for _ in range(2):
            source.settle(file, outcome)
            assert place.files() == left

    @pytest.mark.parametrize("after_read", ["DELETE", "ARCHIVE"])
    def test_a_new_version_of_the_file_is_left_alone(self, place, after_read):
        place.put("a.csv", b"a")
        source = place.source(after_read=after_read)
        file = listed(source)["a.csv"]
        place.put("a.csv", b"another")
        source.settle(file, Outcome.SUCCEEDED)
        assert place.files() == {"a.csv": b"another"}

    def test_an_archived_file_never_takes_the_place_of_another(self, place):
        source = place.source(after_read="ARCHIVE")
        for content in (b"one", b"two 2", b"three 3 3"):
            place.put("a.csv", content)
            source.settle(listed(source)["a.csv"], Outcome.SUCCEEDED)
        assert place.files() == {
            "archive/a.csv": b"one",
            "archive/a (2).csv": b"two 2",
            "archive/a (3).csv": b"three 3 3",
        }

    def test_a_file_from_a_subfolder_keeps_it_in_the_archive_and_is_not_listed_there(self, place):
        place.put("below/a.csv", b"a")
        source = place.source(after_read="ARCHIVE", recursive=True)
        source.settle(listed(source)["a.csv"], Outcome.SUCCEEDED)
        assert place.files() == {"archive/below/a.csv": b"a"}
        assert list(source.listing()) == []

    @pytest.mark.parametrize(
        ("after_read", "left"), [("DELETE", {}), ("ARCHIVE", {"archive/a.csv": b"a", "archive/a.csv.done": b""})]
    )
    def test_the_marker_goes_with_its_file(self, place, after_read, left):
        place.put("a.csv", b"a")
        place.put("a.csv.done", b"")
        source = place.source(after_read=after_read, marker="{name}.done")
        source.settle(listed(source)["a.csv"], Outcome.SUCCEEDED)
        assert place.files() == left

    def test_a_marker_for_the_whole_folder_stays(self, place):
        place.put("a.csv", b"a")
        place.put("_SUCCESS", b"")
        source = place.source(after_read="DELETE", marker="_SUCCESS")
        source.settle(listed(source)["a.csv"], Outcome.SUCCEEDED)
        assert place.files() == {"_SUCCESS": b""}
