"""A disk that is full: what was to be staged is not there, nothing half-written stays, and the failure says so."""

import resource
from contextlib import contextmanager

import pytest

from pipeline_exec.errors import ErrorType, Unavailable
from pipeline_exec.model.execution import Status
from pipeline_exec.model.query import Query
from pipeline_exec_tests.services.conftest import a_store, emptied

ROOM = 1_500_000
"""The database of a test has room in it."""
PEOPLE = "name,age\n" + "A,1\n" * 200_000
"""Fits; its rows with an offset for each cell do not."""


@contextmanager
def no_file_larger_than(room):
    """What the system says then is what it says of a full disk, but for the number of the error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(scope="module")
def small_store(tmp_path_factory):
    """That of all tests may have grown."""
    with a_store(tmp_path_factory.mktemp("small")) as database:
        yield database


@pytest.fixture
def store(small_store):
    return emptied(small_store)


def staged(workshop):
    root = workshop.layer.settings.home / "staging"
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


class TestARun:
    def test_it_fails_with_what_to_do_and_leaves_no_half_of_anything(self, workshop):
        pipeline = workshop.pipeline()
        workshop.drop(text=PEOPLE)
        with no_file_larger_than(ROOM):
            [failed] = workshop.execute(pipeline)

        assert (failed.status, failed.failure.type) == (Status.FAILED, ErrorType.INTERNAL_ERROR)
        assert "The staging area cannot be written: File too large." in failed.failure.message
        assert "Make room there" in failed.failure.message
        assert staged(workshop) == [failed.id, f"{failed.id}/input"]

        fixed = workshop.fix(failed)
        assert fixed.status is Status.SUCCESSFUL
        assert list(workshop.sent().values()) == [PEOPLE]

    @pytest.mark.parametrize(
        ("column_type", "kept"),
        [("date", ["input", "map", "read"]), ("int", ["findings", "input", "map", "read", "validate"])],
        ids=["findings", "output"],
    )
    def test_it_fails_so_at_its_later_stages_too(self, workshop, column_type, kept):
        pipeline = workshop.pipeline(
            model=workshop.model(columns=[{"key": "name"}, {"key": "age", "column_type": column_type}]),
            error_config={"error_threshold": 100},
            output_options={"file_extension": "xml"},
        )
        workshop.drop(text="name,age\n" + "A,1\n" * 40_000)
        with no_file_larger_than(ROOM):
            [failed] = workshop.execute(pipeline)

        assert "The staging area cannot be written" in failed.failure.message
        assert [name.rpartition("/")[2].partition("-")[0].lower() for name in staged(workshop)[1:]] == kept


class TestAPush:
    @pytest.fixture
    def door(self, workshop):
        door = workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE")
        outbox, model = workshop.output(), workshop.model()
        for name in ("first", "second"):
            workshop.pipeline(name, input=door, outputs=[outbox], model=model)
        return door

    def test_of_one_that_cannot_be_copied_for_each_pipeline_nothing_is_kept(self, workshop, door):
        stage = workshop.layer.ingestion.stage
        payloads = [
            stage(f"{size}.csv", lambda into, size=size: into.write(b"a" * size)) for size in (10, 2 * ROOM, 10)
        ]
        with no_file_larger_than(ROOM), pytest.raises(Unavailable, match="File too large"):
            workshop.layer.ingestion.take(door.id, payloads)

        assert staged(workshop) == []
        assert workshop.layer.executions.find(Query()).total == 0
