"""Data that is pushed: on disk and recorded before its sender hears that it was taken."""

import threading

import pytest

from pipeline_exec.errors import Conflict, InvalidDocument, NotFound, TooLarge, Unauthenticated
from pipeline_exec.model.execution import ExecutionTrigger, Status
from pipeline_exec_tests.services.workshop import ADA, GRACE, Workshop


@pytest.fixture
def door(workshop):
    return workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE")


def push(workshop, door, *texts, **more):
    return workshop.layer.ingestion.take(door.id, [stage(workshop, text) for text in texts], **more)


def stage(workshop, text, name="people.csv"):
    return workshop.layer.ingestion.stage(name, lambda into: into.write(text.encode()))


def staged(workshop):
    """What is staged, by execution; folders without anything count too."""
    root = workshop.layer.settings.home / "staging"
    return {path.name: [file.name for file in path.iterdir()] for path in root.iterdir()} if root.exists() else {}


def test_a_payload_is_durable_and_recorded_before_it_is_launched(workshop, door):
    pipeline = workshop.pipeline(input=door)
    workshop.engine.is_away = True

    [execution] = push(workshop, door, ADA)

    assert workshop.look(execution).status is Status.PROCESSING
    assert (execution.pipeline_id, execution.trigger_type) == (pipeline.id, ExecutionTrigger.EVENT)
    assert (execution.source.name, execution.source.size) == ("people.csv", len(ADA))
    received, _ = workshop.layer.executions.input(execution.id)
    assert received.read_text() == ADA


def test_a_payload_is_launched_and_delivered(workshop, door):
    workshop.pipeline(input=door)

    [execution] = push(workshop, door, ADA)
    workshop.engine.run_all()

    assert workshop.look(execution).status is Status.SUCCESSFUL
    assert list(workshop.sent().values()) == [ADA]


def test_each_file_of_a_push_is_an_execution_of_each_pipeline_the_connector_feeds(workshop, door):
    outbox, model = workshop.output(), workshop.model()
    pipelines = [
        workshop.pipeline(name, input=door, outputs=[outbox], model=model) for name in ("accounting", "archive")
    ]
    workshop.pipeline("asleep", input=door, outputs=[outbox], model=model, active=False)

    executions = push(workshop, door, ADA, GRACE)

    assert sorted(execution.pipeline_id for execution in executions) == sorted(2 * [each.id for each in pipelines])
    received = [workshop.layer.executions.input(execution.id)[0] for execution in executions]
    assert sorted(path.read_text() for path in received) == sorted([ADA, ADA, GRACE, GRACE])
    assert len(set(received)) == 4


def test_each_pipeline_has_a_copy_of_its_own(workshop, door):
    outbox, model = workshop.output(), workshop.model()
    for name in ("accounting", "archive"):
        workshop.pipeline(name, input=door, outputs=[outbox], model=model)
    one, other = push(workshop, door, ADA)

    workshop.layer.ports.staging.remove(one.id)

    assert workshop.layer.executions.input(other.id)[0].read_text() == ADA


def test_it_is_done_in_the_name_of_who_made_the_pipeline(workshop, door):
    pipeline = workshop.pipeline(input=door)

    [execution] = push(workshop, door, ADA)

    assert execution.audit.created_by == pipeline.audit.created_by


def test_without_a_pipeline_nothing_is_kept(workshop, door):
    workshop.pipeline(input=door, active=False)

    with pytest.raises(Conflict, match="No active pipeline reads from this connector"):
        push(workshop, door, ADA, GRACE)

    assert staged(workshop) == {}


@pytest.mark.parametrize("announced", [None, 17, 10**9], ids=["silently", "as announced", "loudly"])
def test_of_a_payload_that_is_too_large_nothing_is_kept(store, tmp_path, announced):
    workshop = Workshop(store, tmp_path, settings={"max_file_size": 16})

    with pytest.raises(TooLarge, match="16 bytes"):
        workshop.layer.ingestion.stage("people.csv", lambda into: into.write(b"x" * 17), announced)

    assert staged(workshop) == {}


def test_of_a_sender_who_goes_away_nothing_is_kept(workshop):
    def gone(into):
        into.write(b"name,")
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        workshop.layer.ingestion.stage("people.csv", gone)

    assert staged(workshop) == {}


def test_a_repeated_push_is_executed_once(workshop, door):
    workshop.pipeline(input=door)

    first = push(workshop, door, ADA, GRACE, idempotency_key="k")
    again = push(workshop, door, ADA, GRACE, idempotency_key="k")

    assert [execution.id for execution in again] == [execution.id for execution in first]
    assert staged(workshop).keys() == {execution.id for execution in first}
    assert len(workshop.engine.launched) == 2


def test_other_data_under_the_key_of_an_earlier_push_is_refused_and_not_lost_without_a_word(workshop, door):
    workshop.pipeline(input=door)
    [first] = push(workshop, door, ADA, idempotency_key="k")

    with pytest.raises(Conflict, match="Other data was sent with the Idempotency-Key 'k' before"):
        push(workshop, door, GRACE, idempotency_key="k")

    assert staged(workshop).keys() == {first.id}


def test_an_empty_key_is_none(workshop, door):
    workshop.pipeline(input=door)

    made = [push(workshop, door, text, idempotency_key="")[0].id for text in (ADA, GRACE, GRACE)]

    assert len(set(made)) == 3


def test_the_same_push_at_the_same_time_is_executed_once(workshop, door):
    workshop.pipeline(input=door)
    together, answers = threading.Barrier(5), []

    def send():
        payloads = [stage(workshop, ADA), stage(workshop, GRACE)]
        together.wait()
        taken = workshop.layer.ingestion.take(door.id, payloads, "k")
        answers.append([execution.id for execution in taken])

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [answers[0]] * 5
    assert staged(workshop).keys() == set(answers[0])


def test_a_key_of_any_length_is_refused_and_nothing_is_kept(workshop, door):
    workshop.pipeline(input=door)

    with pytest.raises(InvalidDocument, match="longer than 200 characters"):
        push(workshop, door, ADA, idempotency_key="k" * 201)

    assert staged(workshop) == {}


def test_a_pipeline_that_is_deleted_while_data_arrives_takes_none_of_it(workshop, door, monkeypatch):
    pipeline = workshop.pipeline(input=door)
    ingestion = workshop.layer.ingestion
    executions_of = type(ingestion)._executions

    def deleted_meanwhile(self, *arguments):
        workshop.layer.pipelines.delete(pipeline.id)
        return executions_of(self, *arguments)

    monkeypatch.setattr(type(ingestion), "_executions", deleted_meanwhile)

    with pytest.raises((NotFound, Conflict)):
        push(workshop, door, ADA)

    assert staged(workshop) == {}


def test_a_file_of_this_machine_is_executed_from_a_copy(workshop):
    pipeline, path = workshop.pipeline(), workshop.drop(folder="elsewhere")

    [execution] = workshop.layer.ingestion.record_file(pipeline, path, workshop.caller)
    path.unlink()
    workshop.engine.execute(execution, "")

    ended = workshop.look(execution)
    assert (ended.status, ended.trigger_type, ended.source.name) == (
        Status.SUCCESSFUL, ExecutionTrigger.MANUAL, "ada.csv",
    )  # fmt: skip


class TestTheDoor:
    def test_it_opens_for_whoever_is_known(self, workshop, door):
        opened = workshop.layer.ingestion.door(door.id, workshop.caller, {})

        workshop.layer.ingestion.verify(opened, {}, stage(workshop, ADA))

    def test_it_stays_shut_for_strangers_without_a_signature(self, workshop, door):
        with pytest.raises(Unauthenticated):
            workshop.layer.ingestion.door(door.id, None, {})

    @pytest.mark.parametrize("name", ["a folder", "none"])
    def test_what_takes_no_pushed_data_is_no_door(self, workshop, name):
        connector_id = workshop.input().id if name == "a folder" else "none"

        with pytest.raises(NotFound, match="that takes pushed data"):
            workshop.layer.ingestion.door(connector_id, workshop.caller, {})

    def test_of_a_call_that_is_not_genuine_nothing_is_kept(self, workshop):
        signed = workshop.connector("signed", node_type="HTTP", trigger_type="EVENT_BASE", signature_secret="x" * 32)
        opened = workshop.layer.ingestion.door(signed.id, workshop.caller, {})
        payload = stage(workshop, ADA)

        with pytest.raises(Unauthenticated):
            workshop.layer.ingestion.verify(opened, {"x-signature": "sha256=0"}, payload)

        assert staged(workshop) == {}
