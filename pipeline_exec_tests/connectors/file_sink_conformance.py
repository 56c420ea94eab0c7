"""What every sink of files promises, as ``ports.FileSink`` says it."""

from pathlib import Path
from typing import Protocol

import pytest

from pipeline_exec.errors import DestinationSizeLimit, ExecutionFailure, WriteFileFailure
from pipeline_exec.ports import FileSink, Parcel


class FileDestination(Protocol):
    """Where the files of a suite end up, seen by another way than the sink under test."""

    def sink(self, **configuration) -> FileSink:
        """The sink under test."""

    def unusable(self) -> FileSink:
        """A sink whose folder cannot be one."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file, in place of one that has the name."""

    def files(self) -> dict[str, bytes]:
        """Every file of the destination, hidden ones too."""


class FileSinkConformance:
    """Inherit it and give it a fixture ``destination`` that answers a ``FileDestination``."""

    @pytest.fixture
    def parcel(self):
        return Parcel(token="0c1f-token", file_name="out.csv")

    @pytest.fixture
    def staged(self, tmp_path):
        def staged(content: bytes) -> Path:
            path = tmp_path / "staged"
            path.write_bytes(content)
            return path

        return staged

    def test_a_place_that_can_be_written_passes_the_check_and_stays_clean(self, destination):
        destination.sink().check()
        assert destination.files() == {}

    def test_a_place_that_cannot_be_written_fails_the_check_with_a_remedy(self, destination):
        with pytest.raises(ExecutionFailure) as failed:
            destination.unusable().check()
        assert failed.value.remedy

    @pytest.mark.parametrize("size", [0, 1, 3_000_001], ids=["empty", "one byte", "several chunks"])
    def test_a_file_is_placed_whole_and_nothing_beside_it(self, destination, staged, parcel, size):
        content = bytes(number % 251 for number in range(size))
        where = destination.sink().place(staged(content), parcel)
        assert destination.files() == {"out.csv": content}
        assert "out.csv" in where

    @pytest.mark.parametrize("if_exists", ["ERROR", "REPLACE", "VERSION"])
    def test_the_same_parcel_is_placed_once_and_both_calls_answer_the_same(
        self, destination, staged, parcel, if_exists
    ):
        sink = destination.sink(if_exists=if_exists)
        assert sink.place(staged(b"a"), parcel) == sink.place(staged(b"a"), parcel)
        assert destination.files() == {"out.csv": b"a"}

    def test_a_version_is_placed_once_and_both_calls_answer_the_same(self, destination, staged, parcel):
        destination.put("out.csv", b"b")
        sink = destination.sink(if_exists="VERSION")
        assert sink.place(staged(b"a"), parcel) == sink.place(staged(b"a"), parcel)
        assert destination.files() == {"out.csv": b"b", "out (2).csv": b"a"}

    def test_a_taken_name_is_an_error_that_names_the_file_and_the_remedy(self, destination, staged, parcel):
        destination.put("out.csv", b"b")
        with pytest.raises(WriteFileFailure, match=r"out\.csv exists") as failed:
            destination.sink(if_exists="ERROR").place(staged(b"a"), parcel)
        assert "if_exists" in failed.value.remedy
        assert destination.files() == {"out.csv": b"b"}

    def test_a_taken_name_is_replaced_when_the_connector_says_so(self, destination, staged, parcel):
        destination.put("out.csv", b"b")
        destination.sink(if_exists="REPLACE").place(staged(b"a"), parcel)
        assert destination.files() == {"out.csv": b"a"}

    def test_another_parcel_of_the_same_name_gets_a_version(self, destination, staged, parcel):
        sink = destination.sink(if_exists="VERSION")
        sink.place(staged(b"a"), parcel)
        where = sink.place(staged(b"c"), Parcel(token="another", file_name="out.csv"))
        assert "out (2).csv" in where
        assert destination.files() == {"out.csv": b"a", "out (2).csv": b"c"}

    def test_a_file_larger_than_the_limit_is_refused_before_anything_is_written(self, destination, staged, parcel):
        sink = destination.sink(max_file_size=3)
        with pytest.raises(DestinationSizeLimit, match="4 bytes"):
            sink.place(staged(b"1234"), parcel)
        assert destination.files() == {}
        sink.place(staged(b"123"), parcel)

    @pytest.mark.parametrize("name", ["../out.csv", "/etc/out.csv", "a/b.csv", "..", "", "a\0b"])
    def test_a_name_that_would_leave_the_place_is_refused(self, destination, staged, name):
        with pytest.raises(WriteFileFailure):
            destination.sink().place(staged(b"a"), Parcel(token="token", file_name=name))
        assert destination.files() == {}

    def test_an_unusable_place_is_an_error_when_placing_too(self, destination, staged, parcel):
        with pytest.raises(ExecutionFailure):
            destination.unusable().place(staged(b"a"), parcel)
