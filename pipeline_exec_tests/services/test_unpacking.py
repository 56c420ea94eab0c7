"""Archives become executions: one for each file in them, none lost and none twice whatever dies in between."""

import gzip
import io
import zipfile
from contextlib import suppress

import pytest

from pipeline_exec.errors import ErrorType, NotFound, Unavailable
from pipeline_exec.model.execution import ExecutionTrigger, Status
from pipeline_exec.model.query import Query
from pipeline_exec_tests.servers.http import Reply
from pipeline_exec_tests.services.conftest import emptied
from pipeline_exec_tests.services.stepwise import Course, Stepwise, die
from pipeline_exec_tests.services.workshop import ADA, BAD_AGE, GRACE, Workshop

LINUS = "name,age\nLinus,54\n"
FILES = {"ada.csv": ADA, "sub/grace.csv": GRACE, "linus.csv.gz": gzip.compress(LINUS.encode())}


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            # By name alone an entry would have the time of day.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def damaged(files, name):
    """An archive in which the bytes of one file are not those that were packed."""
    whole = zipped(files)
    at = whole.index(name.encode()) + len(name)
    return whole[:at] + b"XXXX" + whole[at + 4 :]


def drop(workshop, content, name="people.zip"):
    path = workshop.drop(name, "")
    path.write_bytes(content)
    return path


def every(workshop):
    return sorted(workshop.layer.executions.find(Query()).items, key=lambda execution: execution.id)


def sources(executions):
    return [execution.source.name for execution in executions]


def test_each_file_of_an_archive_is_an_execution_with_its_own_bytes(workshop):
    pipeline = workshop.pipeline()
    path = drop(workshop, zipped(FILES))

    executions = workshop.collect(pipeline).executions

    assert sources(executions) == ["people.zip/ada.csv", "people.zip/sub/grace.csv", "people.zip/linus.csv.gz"]
    assert executions[1].source.path == f"{path}/sub/grace.csv"
    staged = [workshop.layer.executions.input(each.id) for each in executions]
    assert [name for _, name in staged] == ["ada.csv", "grace.csv", "linus.csv.gz"]
    assert [path.read_bytes() for path, _ in staged] == [ADA.encode(), GRACE.encode(), FILES["linus.csv.gz"]]
    assert [workshop.look(each) for each in executions] == list(executions)
    assert {each.archive_id for each in executions} == {executions[0].id}
    assert workshop.layer.executions.of_archive(executions[2]) == sorted(executions, key=lambda each: each.id)
    assert sources(workshop.collect(pipeline).executions) == []


def test_what_is_delivered_is_named_after_the_file_and_not_after_its_packing(workshop):
    pipeline = workshop.pipeline(output_options={"file_name": "{source_stem}"})
    drop(workshop, zipped(FILES))

    workshop.execute(pipeline)

    assert workshop.sent() == {"ada.csv": ADA, "grace.csv": GRACE, "linus.csv": LINUS}


def test_each_is_delivered_and_can_be_fixed_by_itself(workshop):
    pipeline = workshop.pipeline()
    drop(workshop, zipped({**FILES, "bad.csv": BAD_AGE}))

    *good, bad = workshop.execute(pipeline)

    assert [execution.status for execution in good] == [Status.SUCCESSFUL] * 3
    assert bad.failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
    fixed = workshop.fix(bad, configuration={"error_config": {"error_threshold": 100}})
    assert fixed.status is Status.SUCCESSFUL
    assert len(workshop.sent()) == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (damaged({"a.csv": ADA, "b.csv": GRACE}, "a.csv"), "people.zip/a.csv: a.csv is damaged"),
        (zipped({"a.zip": zipped({"c.csv": ADA}), "b.csv": GRACE}), "a.zip is an archive within an archive"),
    ],
    ids=["damaged", "an archive itself"],
)
def test_a_file_that_cannot_be_unpacked_fails_by_itself(workshop, content, message):
    pipeline = workshop.pipeline()
    drop(workshop, content)

    broken, fine = workshop.execute(pipeline)

    assert (broken.failure.type, fine.status) == (ErrorType.PARSING_FAILURE, Status.SUCCESSFUL)
    assert message in broken.failure.message
    assert "Then send it again" in broken.failure.message
    assert workshop.fix(broken).failure == broken.failure
    with pytest.raises(NotFound, match="could not be unpacked"):
        workshop.layer.executions.input(broken.id)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (zipped({}), ErrorType.SOURCE_DATA_EMPTY),
        (zipped({"__MACOSX/a": ""}), ErrorType.SOURCE_DATA_EMPTY),
        (zipped(FILES)[:-30], ErrorType.PARSING_FAILURE),
        (zipped({str(number): "" for number in range(1001)}), ErrorType.PARSING_FAILURE),
    ],
    ids=["empty", "only litter", "cut", "too many files"],
)
def test_an_archive_that_cannot_be_opened_is_one_execution_that_says_why(workshop, content, error):
    pipeline = workshop.pipeline()
    drop(workshop, content)

    [execution] = workshop.execute(pipeline)

    assert (execution.failure.type, execution.source.name) == (error, "people.zip")


def test_a_pipeline_may_take_archives_as_they_are(workshop):
    pipeline = workshop.pipeline(read_options={"compression": "none"})
    drop(workshop, zipped(FILES))

    [execution] = workshop.execute(pipeline)
    assert "is a ZIP archive" in execution.failure.message

    fixed = workshop.fix(execution, configuration={"read_options": {"compression": "auto"}})
    assert "is an archive of 3 files" in fixed.failure.message


def test_a_pipeline_that_wants_archives_reads_the_files_in_them(workshop):
    pipeline = workshop.pipeline(read_options={"compression": "zip"})
    drop(workshop, zipped(FILES))
    workshop.drop("plain.csv")

    *unpacked, plain = workshop.execute(pipeline)

    assert [execution.status for execution in unpacked] == [Status.SUCCESSFUL] * 3
    assert "is not compressed" in plain.failure.message


@pytest.mark.parametrize(
    ("files", "left"),
    [(FILES, ["archive/people.zip"]), ({**FILES, "bad.csv": BAD_AGE}, ["failed/people.zip"])],
    ids=["all succeeded", "one failed"],
)
def test_an_archive_is_put_away_when_all_its_executions_have_ended(workshop, files, left):
    inbox = workshop.input(after_read="ARCHIVE", on_failure="MOVE")
    pipeline = workshop.pipeline(input=inbox)
    drop(workshop, zipped(files))
    launched = workshop.layer.executions.create(pipeline.id, workshop.caller)

    def lying_about():
        folder = workshop.folder("inbox")
        return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]

    for _ in launched:
        workshop.layer.arrivals.settle()
        assert lying_about() == ["people.zip"]
        workshop.engine._run(workshop.engine._waiting.pop(0))
    workshop.layer.arrivals.settle()
    assert lying_about() == left


def test_an_archive_is_taken_whole_and_counts_as_many_as_it_holds(workshop):
    pipeline = workshop.pipeline()
    drop(workshop, zipped(FILES), "a.zip")
    workshop.drop("b.csv")

    looks = [workshop.collect(pipeline, limit=2) for _ in range(2)]

    assert [len(look.executions) for look in looks] == [3, 1]
    assert [look.waiting for look in looks] == [1, 0]


def test_a_repeated_request_finds_the_executions_of_all_files(workshop):
    pipeline = workshop.pipeline()
    drop(workshop, zipped(FILES))

    asked = [workshop.layer.executions.create(pipeline.id, workshop.caller, "key") for _ in range(2)]

    assert len(asked[0]) == 3
    assert [each.id for each in asked[0]] == [each.id for each in asked[1]]


class TestPushes:
    """Archives that are sent."""

    @pytest.fixture
    def door(self, workshop):
        return workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE")

    def push(self, workshop, door, *contents, **more):
        stage = workshop.layer.ingestion.stage
        payloads = [stage("people.zip", lambda into, content=content: into.write(content)) for content in contents]
        return workshop.layer.ingestion.take(door.id, payloads, **more)

    def test_the_sender_hears_of_an_execution_for_each_file(self, workshop, door):
        workshop.pipeline(input=door)

        executions = self.push(workshop, door, zipped(FILES), ADA.encode())
        workshop.engine.run_all()

        assert sources(executions) == [*(f"people.zip/{name}" for name in FILES), "people.zip"]
        assert [workshop.look(each).status for each in executions] == [Status.SUCCESSFUL] * 4

    def test_each_pipeline_takes_the_archive_apart_as_its_options_say(self, workshop, door):
        outbox, model = workshop.output(), workshop.model()
        for name, compression in (("apart", "auto"), ("as it is", "none"), ("too", "auto")):
            options = {"read_options": {"compression": compression}}
            workshop.pipeline(name, input=door, outputs=[outbox], model=model, **options)

        executions = self.push(workshop, door, zipped(FILES))

        assert sorted(sources(executions)) == sorted([*(f"people.zip/{name}" for name in FILES), "people.zip",
                                                      *(f"people.zip/{name}" for name in FILES)])  # fmt: skip
        whole = next(each for each in executions if each.source.name == "people.zip")
        assert workshop.layer.executions.input(whole.id)[0].read_bytes() == zipped(FILES)

    def test_a_repeated_push_is_executed_once(self, workshop, door):
        workshop.pipeline(input=door)

        first = self.push(workshop, door, zipped(FILES), ADA.encode(), idempotency_key="k")
        again = self.push(workshop, door, zipped(FILES), ADA.encode(), idempotency_key="k")

        assert [each.id for each in again] == [each.id for each in first]
        staging = workshop.layer.settings.home / "staging"
        assert {path.name for path in staging.iterdir()} == {each.id for each in first}


def away():
    raise Unavailable("The database cannot be used at the moment.")


@pytest.mark.parametrize("step", [*range(0, 54, 4), *range(54, 62)])
def test_whatever_goes_away_during_a_push_all_that_is_recorded_is_staged_and_nothing_else(store, tmp_path, step):
    course = Course()
    real = Workshop(emptied(store), tmp_path).layer.ports
    workshop = Workshop(Stepwise(real.store, course), tmp_path, staging=Stepwise(real.staging, course))
    door, outbox, model = workshop.connector("door", node_type="HTTP"), workshop.output(), workshop.model()
    for name in ("first", "second"):
        workshop.pipeline(name, input=door, outputs=[outbox], model=model)
    contents = (zipped(FILES), ADA.encode())
    payloads = [workshop.layer.ingestion.stage("a.zip", lambda into, it=it: into.write(it)) for it in contents]

    with course.planned({step: away}), suppress(Unavailable):
        workshop.layer.ingestion.take(door.id, payloads)

    staging = workshop.layer.settings.home / "staging"
    assert {path.name for path in staging.iterdir()} == {each.id for each in every(workshop)}
    assert len(every(workshop)) in (0, 8)


class TestPulls:
    """Archives that a source answers with when it is asked."""

    @pytest.fixture
    def asking(self, store, tmp_path, http_server):
        workshop = Workshop(store, tmp_path, settings={"allow_private_addresses": True})
        http_server.script("/people.zip", Reply(body=zipped(FILES)))
        url = f"{http_server.url}/people.zip"
        workshop.pipeline(input=workshop.connector("api", node_type="HTTP", trigger_type="TIME_BASE", url=url))
        return workshop

    def test_the_execution_asked_for_takes_the_first_file_and_the_others_follow(self, asking):
        pipeline = asking.layer.pipelines.find(Query()).items[0]

        [asked] = asking.execute(pipeline)
        assert (asked.source.name, asked.status) == ("people.zip/ada.csv", Status.SUCCESSFUL)
        assert [each.status for each in every(asking)].count(Status.PROCESSING) == 2

        asking.clock.advance(3)
        asking.layer.lifecycle.launch(asking.layer.reconciler.unlaunched(pipeline.id))
        asking.engine.run_all()
        assert sorted(sources(every(asking))) == sorted(f"people.zip/{name}" for name in FILES)
        assert {(each.status, each.trigger_type) for each in every(asking)} == {
            (Status.SUCCESSFUL, ExecutionTrigger.MANUAL)
        }


def test_a_file_of_this_machine_may_be_an_archive(workshop):
    path = workshop.place / "people.zip"
    path.write_bytes(zipped(FILES))

    executions = workshop.layer.ingestion.record_file(workshop.pipeline(), path, workshop.caller)

    assert sources(executions) == [f"people.zip/{name}" for name in FILES]


class TestARunThatHasNoInputYet:
    """It asks for its input, and dies at any step of it."""

    @pytest.mark.parametrize("step", [None, *range(32)])
    def test_it_takes_the_first_file_and_the_others_are_executed_beside_it(self, store, tmp_path, step):
        course = Course()
        real = Workshop(emptied(store), tmp_path).layer.ports
        workshop = Workshop(Stepwise(real.store, course), tmp_path, staging=Stepwise(real.staging, course))
        pipeline = workshop.pipeline()
        workshop.folder("inbox").rmdir()
        [execution] = workshop.layer.executions.create(pipeline.id, workshop.caller)
        drop(workshop, zipped(FILES))

        with course.planned({} if step is None else {step: die}):
            workshop.layer.arrivals.collect_into(pipeline, execution)
        if workshop.look(execution).source is None:
            workshop.layer.arrivals.collect_into(pipeline, execution)

        assert sorted(sources(every(workshop))) == sorted(f"people.zip/{name}" for name in FILES)
        assert workshop.look(execution).source.name == "people.zip/ada.csv"
        assert {each.trigger_type for each in every(workshop)} == {ExecutionTrigger.MANUAL}
        for each in every(workshop):
            name = each.source.name.removeprefix("people.zip/")
            content = FILES[name] if isinstance(FILES[name], bytes) else FILES[name].encode()
            assert workshop.layer.executions.input(each.id)[0].read_bytes() == content
