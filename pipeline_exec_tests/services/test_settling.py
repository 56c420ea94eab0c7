"""What becomes of a file once its execution has ended."""

import pytest

from pipeline_exec.connectors.local_source import LocalSource
from pipeline_exec.errors import SourceUnresponsive
from pipeline_exec.model.connector import NodeType
from pipeline_exec.model.execution import Status
from pipeline_exec_tests.services.workshop import ADA, BAD_AGE, connector_document, pipeline_document


def executed(workshop, pipeline, text=ADA):
    path = workshop.drop(text=text)
    [execution] = workshop.execute(pipeline)
    return path, execution


def lying_about(workshop):
    """Every file below the inbox, by its path there."""
    inbox = workshop.folder("inbox")
    return sorted(str(path.relative_to(inbox)) for path in inbox.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("configuration", "text", "left"),
    [
        ({}, ADA, ["ada.csv"]),
        ({"after_read": "ARCHIVE"}, ADA, ["archive/ada.csv"]),
        ({"after_read": "ARCHIVE", "archive_path": "done/2024"}, ADA, ["done/2024/ada.csv"]),
        ({"after_read": "DELETE"}, ADA, []),
        ({"after_read": "DELETE"}, BAD_AGE, ["ada.csv"]),
        ({"after_read": "ARCHIVE", "on_failure": "MOVE"}, BAD_AGE, ["failed/ada.csv"]),
        ({"on_failure": "MOVE"}, ADA, ["ada.csv"]),
    ],
    ids=[
        "kept after success", "archived after success", "archived where the connector says", "deleted after success",
        "kept after failure", "moved after failure", "a success is no failure",
    ],
)  # fmt: skip
def test_a_file_is_put_away_as_its_connector_says(workshop, configuration, text, left):
    pipeline = workshop.pipeline(input=workshop.input(**configuration))
    executed(workshop, pipeline, text)

    workshop.layer.arrivals.settle()

    assert lying_about(workshop) == left


def test_a_file_stays_where_it_is_until_the_end(workshop):
    pipeline = workshop.pipeline(input=workshop.input(after_read="DELETE"))
    workshop.drop()
    workshop.layer.executions.create(pipeline.id, workshop.caller)

    workshop.layer.arrivals.settle()
    assert lying_about(workshop) == ["ada.csv"]

    workshop.engine.run_all()
    workshop.layer.arrivals.settle()
    assert lying_about(workshop) == []


def test_a_file_is_put_away_once(workshop):
    pipeline = workshop.pipeline(input=workshop.input(after_read="DELETE"))
    path, _ = executed(workshop, pipeline)
    workshop.layer.arrivals.settle()

    path.write_text("a new file that nobody has executed")
    workshop.layer.arrivals.settle()

    assert path.exists()


def test_a_file_that_changed_meanwhile_stays_to_be_executed(workshop):
    pipeline = workshop.pipeline(input=workshop.input(after_read="DELETE"))
    path, _ = executed(workshop, pipeline)
    path.write_text("name,age\nLinus,54\n")

    workshop.layer.arrivals.settle()

    assert path.exists()
    assert len(workshop.execute(pipeline)) == 1


def test_a_file_that_cannot_be_put_away_is_tried_again_and_does_not_touch_the_execution(workshop, caplog):
    pipeline = workshop.pipeline(input=workshop.input(after_read="ARCHIVE"))
    path, execution = executed(workshop, pipeline)
    in_the_way = workshop.folder("inbox") / "archive"
    in_the_way.write_text("not a folder")

    workshop.layer.arrivals.settle()
    assert path.exists()
    assert "ada.csv could not be put away" in caplog.text

    in_the_way.unlink()
    workshop.layer.arrivals.settle()
    assert lying_about(workshop) == ["archive/ada.csv"]
    assert workshop.look(execution) == execution
    assert execution.status is Status.SUCCESSFUL


def test_files_that_cannot_be_put_away_do_not_keep_others_waiting(workshop):
    stuck = workshop.pipeline("stuck", input=workshop.input("stuck", after_read="ARCHIVE"))
    fine = workshop.pipeline(
        "fine", input=workshop.input("fine", after_read="DELETE"), outputs=[workshop.output("fine-out")],
        model=workshop.model("other"),
    )  # fmt: skip
    (workshop.folder("stuck") / "archive").write_text("not a folder")
    for number in range(3):
        workshop.drop(f"{number}.csv", folder="stuck")
    workshop.execute(stuck)
    workshop.drop("last.csv", folder="fine")
    workshop.execute(fine)

    for _ in range(30):
        workshop.layer.arrivals.settle(limit=2)

    assert workshop.sent("fine") == {}
    assert len(workshop.sent("stuck")) == 4


def test_a_source_that_does_not_answer_is_asked_once_a_look(workshop, monkeypatch):
    pipeline = workshop.pipeline()
    for number in range(5):
        workshop.drop(f"{number}.csv")
    workshop.execute(pipeline)
    asked = []

    def away(_, file, outcome):
        asked.append(file.path)
        raise SourceUnresponsive("The share does not answer.")

    monkeypatch.setattr(LocalSource, "settle", away)
    workshop.layer.arrivals.settle()

    assert len(asked) == 1


def test_a_file_is_put_away_where_it_was_read_though_the_pipeline_reads_elsewhere_now(workshop):
    inbox, outbox, model = workshop.input(after_read="DELETE"), workshop.output(), workshop.model()
    pipeline = workshop.pipeline(input=inbox, outputs=[outbox], model=model)
    executed(workshop, pipeline)
    elsewhere = workshop.input("elsewhere")
    document = pipeline_document("import", input=elsewhere, outputs=[outbox], model=model)
    workshop.layer.pipelines.update(pipeline.id, document, workshop.caller)

    workshop.layer.arrivals.settle()

    assert lying_about(workshop) == []


def test_a_file_whose_connector_is_gone_is_left_alone(workshop, caplog):
    inbox, outbox, model = workshop.input(after_read="DELETE"), workshop.output(), workshop.model()
    pipeline = workshop.pipeline(input=inbox, outputs=[outbox], model=model)
    executed(workshop, pipeline)
    document = pipeline_document("import", input=workshop.input("elsewhere"), outputs=[outbox], model=model)
    workshop.layer.pipelines.update(pipeline.id, document, workshop.caller)
    workshop.layer.connectors.delete(inbox.id)

    workshop.layer.arrivals.settle()

    assert lying_about(workshop) == ["ada.csv"]
    assert caplog.text == ""


def test_a_file_whose_connector_lists_no_files_any_more_is_left_alone(workshop):
    inbox = workshop.input(after_read="DELETE")
    executed(workshop, workshop.pipeline(input=inbox))
    changed = connector_document("inbox", node_type=NodeType.HTTP, trigger_type="EVENT_BASE")
    workshop.layer.connectors.update(inbox.id, changed, workshop.caller)

    workshop.layer.arrivals.settle()

    assert lying_about(workshop) == ["ada.csv"]
