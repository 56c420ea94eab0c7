"""Wrappers: a source turned into data points, sent on demand, one execution at a time."""

import csv
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
import xlwt

from pipeline_exec.errors import AttemptTaken, Conflict, ErrorType, InvalidDocument, NotFound, TooLarge, Unavailable
from pipeline_exec.model.execution import Stage, Status
from pipeline_exec.model.identity import RunId
from pipeline_exec.model.wrapper import WrapperStatus
from pipeline_exec.services.sealing import MASK
from pipeline_exec_tests.servers.http import Reply, http_engine, http_server  # noqa: F401  # they are fixtures
from pipeline_exec_tests.services.workshop import POINTS, Workshop, wrapper_document


@pytest.fixture
def workshop(store, tmp_path):
    """Its engine runs what is launched at once, beside the test."""
    workshop = Workshop(store, tmp_path, settings={"allow_private_addresses": True, "max_wrapper_file_size": 50_000})
    workshop.engine.paused = False
    yield workshop
    workshop.engine.resume()
    workshop.engine.wait()


@pytest.fixture
def wrapper(workshop):
    return workshop.wrapper()


def execute(workshop, wrapper):
    return workshop.layer.wrappers.execute(wrapper.id, workshop.caller)


def look(workshop, wrapper):
    return workshop.layer.wrappers.get(wrapper.id)


def lines(workshop, wrapper):
    """What the wrapper's log says, but for the line that it was created."""
    log = workshop.layer.wrappers.log([wrapper.id], 200)[wrapper.id]
    return [(line.level, line.message) for line in log][1:]


def points(workshop):
    return [list(csv.DictReader(StringIO(text))) for text in workshop.sent("points").values()]


def at(hour):
    return datetime(2024, 5, 1, hour, tzinfo=UTC)


class TestExecuting:
    def test_a_point_is_sent_for_each_row_and_value_column(self, workshop, wrapper):
        execution = execute(workshop, wrapper)

        assert execution.status is Status.SUCCESSFUL
        assert points(workshop) == [
            [
                {"x": "2024-05-01T10:00:00Z", "y": "1.5", "series": "value"},
                {"x": "2024-05-01T09:00:00Z", "y": "2", "series": "value"},
            ]
        ]

    def test_the_wrapper_says_how_it_went(self, workshop, wrapper):
        execute(workshop, wrapper)

        after = look(workshop, wrapper)
        assert (after.status, after.error_message, after.phase) == (WrapperStatus.COMPLETED, None, "idle")
        assert (after.last_data_sent, after.data_points_count) == (workshop.clock.now, 2)
        assert (after.low_water_mark, after.high_water_mark) == (at(9), at(10))
        assert lines(workshop, wrapper) == [("INFO", "The execution started."), ("INFO", "Sent 2 data points.")]

    def test_points_add_up_and_marks_move_outwards(self, workshop):
        workshop.drop("points.csv", POINTS, folder="data")
        wrapper = workshop.wrapper(
            source={
                "location": str(workshop.folder("data") / "points.csv"),
                "time_column": "time",
                "value_columns": ["value"],
            }
        )
        execute(workshop, wrapper)
        workshop.drop("points.csv", "time,value\n2024-05-01T11:00:00Z,3\n", folder="data")
        execute(workshop, wrapper)

        after = look(workshop, wrapper)
        assert (after.data_points_count, after.low_water_mark, after.high_water_mark) == (3, at(9), at(11))

    def test_marks_are_right_though_the_worker_died_between_delivery_and_end(self, workshop, wrapper):
        workshop.engine.paused = True
        execution = workshop.execution_of(wrapper)
        workshop.layer.lifecycle.start_wrapper(execution)
        attempt = workshop.layer.attempts.begin(execution.log.id, execution.log.run_id)
        attempt.stage(attempt.read())
        attempt.stage(attempt.map(attempt.staged(Stage.READ)))
        attempt.stage(attempt.validate(attempt.staged(Stage.MAP), lambda *_: None))
        service = workshop.layer.attempts
        service.deliveries.deliver(attempt.plan, attempt.staged(Stage.VALIDATE), lambda: None, lambda *_: None)

        workshop.engine.execute(workshop.layer.lifecycle.recover(execution, "Lost."), "")

        after = look(workshop, wrapper)
        assert (after.data_points_count, after.low_water_mark, after.high_water_mark) == (2, at(9), at(10))
        assert len(points(workshop)) == 1

    @pytest.mark.parametrize(("name", "made"), [("points.xlsx", "new"), ("points.xls", "old")], ids=["xlsx", "xls"])
    def test_a_spreadsheet(self, workshop, name, made):
        rows = [["time", "power", "heat"], ["2024-05-01T10:00:00Z", 1.5, 20], ["2024-05-01T11:00:00Z", 2.5, 21]]
        content = SPREADSHEETS[made]("Readings", rows)
        upload = workshop.layer.wrappers.upload(name, lambda into: into.write(content))
        source = {
            "file_id": upload.id,
            "sheet_name": "Readings",
            "time_column": "time",
            "value_columns": ["power", "heat"],
        }

        execute(workshop, workshop.wrapper(source=source, source_type="XLSX"))

        assert upload.columns == ("time", "power", "heat")
        assert sorted((point["series"], point["y"]) for point in points(workshop)[0]) == [
            ("heat", "20"), ("heat", "21"), ("power", "1.5"), ("power", "2.5"),
        ]  # fmt: skip

    def test_an_api(self, workshop, http_server):  # noqa: F811  # the fixture
        url = http_server.script("/meter", Reply(200, {"data": [{"at": "2024-05-01T10:00:00Z", "kwh": 7}]}))
        source = {
            "location": url,
            "auth_type": "bearer",
            "token": "t0ken",
            "record_path": "data",
            "date_field": "at",
            "value_field": "kwh",
        }

        execute(workshop, workshop.wrapper(source=source, source_type="API"))

        assert points(workshop) == [[{"x": "2024-05-01T10:00:00Z", "y": "7", "series": "kwh"}]]
        assert [request.headers["authorization"] for request in http_server.requests] == ["Bearer t0ken"]

    def test_a_connector_as_the_destination(self, workshop):
        wrapper = workshop.wrapper(destination={"connector_id": workshop.output("shared").id})

        execute(workshop, wrapper)

        assert len(workshop.sent("shared")) == 1

    def test_one_that_is_none(self, workshop):
        with pytest.raises(NotFound):
            workshop.layer.wrappers.execute("none", workshop.caller)


class TestFailing:
    def test_a_file_that_is_not_there(self, workshop):
        missing = str(workshop.folder("data") / "missing.csv")
        source = {"location": missing, "time_column": "time", "value_columns": ["value"]}
        wrapper = workshop.wrapper(source=source)

        execution = execute(workshop, wrapper)

        after = look(workshop, wrapper)
        assert execution.failure.type is ErrorType.SOURCE_UNRESPONSIVE
        assert execution.failure.message == "Wrapper file not found. Put it at the wrapper's location."
        assert (after.status, after.error_message, after.phase) == (
            WrapperStatus.ERROR, execution.failure.message, "idle",
        )  # fmt: skip
        assert lines(workshop, wrapper)[-1] == ("ERROR", execution.failure.message)
        assert (after.data_points_count, after.last_data_sent) == (0, None)

    def test_an_upload_that_was_lost(self, workshop):
        upload = workshop.upload()
        source = {"file_id": upload.id, "time_column": "time", "value_columns": ["value"]}
        wrapper = workshop.wrapper(source=source)
        workshop.layer.ports.staging.remove(f"uploads/{upload.id}")

        assert execute(workshop, wrapper).failure.message.startswith("Wrapper file not found.")

    def test_an_api_that_does_not_answer(self, workshop, http_server):  # noqa: F811  # the fixture
        url = http_server.script("/meter", Reply(503))
        source = {"location": url, "date_field": "at", "value_field": "kwh"}

        failure = execute(workshop, workshop.wrapper(source=source, source_type="API")).failure

        assert (failure.type, failure.transient) == (ErrorType.SOURCE_UNRESPONSIVE, True)

    def test_a_success_after_a_failure_clears_it(self, workshop):
        folder = workshop.folder("data")
        source = {"location": str(folder / "late.csv"), "time_column": "time", "value_columns": ["value"]}
        wrapper = workshop.wrapper(source=source)
        execute(workshop, wrapper)
        workshop.drop("late.csv", POINTS, folder="data")

        execute(workshop, wrapper)

        after = look(workshop, wrapper)
        assert (after.status, after.error_message, after.data_points_count) == (WrapperStatus.COMPLETED, None, 2)


class TestTakingTurns:
    def test_executes_at_the_same_time_run_one_after_the_other(self, workshop, wrapper):
        together, ended = threading.Barrier(4), []

        def one():
            together.wait()
            ended.append(execute(workshop, wrapper).status)

        threads = [threading.Thread(target=one) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert ended == [Status.SUCCESSFUL] * 4
        assert [message for _, message in lines(workshop, wrapper)] == [
            "The execution started.", "Sent 2 data points.",
        ] * 4  # fmt: skip
        assert look(workshop, wrapper).data_points_count == 8

    def test_a_turn_that_does_not_come_in_time(self, workshop, wrapper):
        workshop.layer.lifecycle.start_wrapper(workshop.execution_of(wrapper))
        impatient = replace(workshop.layer.wrappers, patience_seconds=0.0)

        with pytest.raises(Unavailable, match="Timeout: other executions of the wrapper are in progress"):
            impatient.execute(wrapper.id, workshop.caller)

        assert workshop.engine.launched == []

    def test_an_end_that_does_not_come_in_time(self, workshop, wrapper):
        workshop.engine.paused = True
        impatient = replace(workshop.layer.wrappers, patience_seconds=0.0)

        with pytest.raises(Unavailable, match="Timeout: the execution is still running"):
            impatient.execute(wrapper.id, workshop.caller)

        assert look(workshop, wrapper).status is WrapperStatus.EXECUTING
        workshop.engine.run_all()
        assert look(workshop, wrapper).status is WrapperStatus.COMPLETED

    def test_an_execution_tried_again_keeps_its_turn(self, workshop, wrapper):
        workshop.engine.paused = True
        execution = workshop.execution_of(wrapper)
        workshop.layer.lifecycle.start_wrapper(execution)

        again = workshop.layer.lifecycle.recover(execution, "Lost.")

        assert again.status is Status.PROCESSING
        assert look(workshop, wrapper).status is WrapperStatus.EXECUTING
        assert not workshop.layer.lifecycle.start_wrapper(workshop.execution_of(wrapper))
        workshop.engine.execute(again, "")
        assert workshop.layer.lifecycle.start_wrapper(workshop.execution_of(wrapper))

    def test_a_re_execution_in_the_dagster_ui_takes_its_turn_too(self, workshop, wrapper):
        first = execute(workshop, wrapper)
        workshop.engine.paused = True
        workshop.layer.lifecycle.start_wrapper(workshop.execution_of(wrapper))

        with pytest.raises(AttemptTaken, match="being executed"):
            workshop.layer.lifecycle.adopt(RunId("run"), first.id, None, Stage.READ)

        assert workshop.look(first) == first

    def test_while_a_re_execution_has_its_turn_no_other_begins(self, workshop, wrapper):
        first = execute(workshop, wrapper)

        workshop.layer.lifecycle.adopt(RunId("run"), first.id, None, Stage.READ)

        assert look(workshop, wrapper).status is WrapperStatus.EXECUTING
        assert not workshop.layer.lifecycle.start_wrapper(workshop.execution_of(wrapper))

    def test_a_run_launched_in_the_dagster_ui_takes_its_turn_too(self, workshop, wrapper):
        workshop.layer.attempts.create_for_wrapper(RunId("run"), wrapper.id, None)

        with pytest.raises(AttemptTaken, match="being executed"):
            workshop.layer.attempts.create_for_wrapper(RunId("another"), wrapper.id, None)


class TestStopping:
    def test_what_runs_is_canceled(self, workshop, wrapper):
        workshop.engine.paused = True
        execution = workshop.execution_of(wrapper)
        workshop.layer.lifecycle.start_wrapper(execution)

        stopped = workshop.layer.wrappers.stop(wrapper.id, workshop.caller)

        assert (stopped.status, stopped.error_message, stopped.phase) == (WrapperStatus.STOPPED, None, "idle")
        assert stopped == look(workshop, wrapper)
        assert workshop.look(execution).failure.type is ErrorType.CANCELED
        assert lines(workshop, wrapper)[-1] == ("INFO", "Owner stopped the wrapper.")

    def test_one_that_is_idle_is_marked(self, workshop, wrapper):
        assert workshop.layer.wrappers.stop(wrapper.id, workshop.caller).status is WrapperStatus.STOPPED

    def test_one_that_is_stopped_can_be_executed_again(self, workshop, wrapper):
        workshop.layer.wrappers.stop(wrapper.id, workshop.caller)

        execute(workshop, wrapper)

        assert look(workshop, wrapper).status is WrapperStatus.COMPLETED

    def test_what_ends_by_itself_meanwhile_is_no_error(self, workshop, wrapper, monkeypatch):
        workshop.engine.paused = True
        execution = workshop.execution_of(wrapper)
        workshop.layer.lifecycle.start_wrapper(execution)
        monkeypatch.setattr(type(workshop.layer.lifecycle), "cancel", self.ended)

        assert workshop.layer.wrappers.stop(wrapper.id, workshop.caller).status is WrapperStatus.STOPPED

    def ended(self, *_):
        raise Conflict("It has already ended.")

    def test_who_waits_for_the_end_hears_of_it(self, workshop, wrapper):
        workshop.engine.paused = True
        heard = []
        waiting = threading.Thread(target=lambda: heard.append(execute(workshop, wrapper)))
        waiting.start()
        while look(workshop, wrapper).status is not WrapperStatus.EXECUTING:
            time.sleep(0.005)

        workshop.layer.wrappers.stop(wrapper.id, workshop.caller)
        waiting.join()

        assert [execution.failure.type for execution in heard] == [ErrorType.CANCELED]


class TestDeleting:
    def test_one_that_is_idle(self, workshop, wrapper):
        execution = execute(workshop, wrapper)

        workshop.layer.wrappers.delete(wrapper.id)

        with pytest.raises(NotFound):
            look(workshop, wrapper)
        assert workshop.look(execution) == execution

    def test_one_that_is_executed_cannot_be_deleted(self, workshop, wrapper):
        workshop.layer.lifecycle.start_wrapper(workshop.execution_of(wrapper))

        with pytest.raises(Conflict, match="is being executed"):
            workshop.layer.wrappers.delete(wrapper.id)

    @pytest.mark.parametrize("end", ["success", "failure", "a lost worker"])
    def test_an_execution_whose_wrapper_went_away_all_the_same_ends(self, workshop, wrapper, end):
        workshop.engine.paused = True
        execution = workshop.execution_of(wrapper)
        workshop.layer.lifecycle.start_wrapper(execution)
        attempt = workshop.layer.attempts.begin(execution.log.id, execution.log.run_id)
        plan = attempt.plan
        with workshop.layer.ports.store.writing() as tx:
            tx.wrappers.delete(wrapper.id)

        match end:
            case "success":
                attempt.stage(attempt.read())
                attempt.stage(attempt.map(attempt.staged(Stage.READ)))
                attempt.stage(attempt.validate(attempt.staged(Stage.MAP), lambda *_: None))
                attempt.write(attempt.staged(Stage.VALIDATE), lambda *_: None)
            case "failure":
                workshop.layer.lifecycle.cancel(execution.id, workshop.caller)
            case _:
                workshop.clock.advance(3600)
                workshop.layer.reconciler.reconcile()

        assert plan.subject == "sensor"
        assert workshop.look(execution).is_finished


class TestMaking:
    @pytest.mark.parametrize(
        ("source_type", "source", "field"),
        [
            ("CSV", {"time_column": "t", "value_columns": ["v"]}, "source_config"),
            ("CSV", {"location": "/a.csv", "time_column": "t", "value_columns": []}, "source_config.value_columns"),
            ("XLSX", {"location": "/a.xlsx", "time_column": "t", "value_columns": ["v"], "sheet": 1},
             "source_config.sheet"),
            ("API", {"location": "https://example.com", "date_field": "d"}, "source_config.value_field"),
        ],
        ids=["neither upload nor location", "no values", "an unknown attribute", "a field is missing"],
    )  # fmt: skip
    def test_a_source_that_is_not_valid(self, workshop, source_type, source, field):
        with pytest.raises(InvalidDocument) as caught:
            workshop.wrapper(source=source, source_type=source_type)

        assert [problem.field for problem in caught.value.problems] == [field]

    def test_a_destination_whose_files_cannot_be_written(self, workshop):
        configuration = {"path": str(workshop.folder("points")), "file_extension": "ods"}
        with pytest.raises(InvalidDocument) as caught:
            workshop.wrapper(destination={"node_type": "LOCAL", "configuration": configuration})

        assert [problem.field for problem in caught.value.problems] == ["destination.configuration.file_extension"]

    def test_a_destination_that_is_not_valid(self, workshop):
        with pytest.raises(InvalidDocument) as caught:
            workshop.wrapper(destination={"node_type": "LOCAL", "configuration": {"folder": "/data"}})

        assert {problem.field for problem in caught.value.problems} == {
            "destination.configuration.path", "destination.configuration.folder",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("source", "destination"),
        [
            ({"file_id": "none", "time_column": "t", "value_columns": ["v"]}, None),
            (None, {"connector_id": "none"}),
        ],
        ids=["an upload that is none", "a connector that is none"],
    )
    def test_a_reference_to_nothing(self, workshop, source, destination):
        with pytest.raises(NotFound):
            workshop.wrapper(source=source, destination=destination)

    def test_a_change_keeps_what_it_counted(self, workshop, wrapper):
        execute(workshop, wrapper)
        document = look(workshop, wrapper).document.model_copy(update={"name": "renamed"})

        changed = workshop.layer.wrappers.update(wrapper.id, document, workshop.caller)

        assert (changed.document.name, changed.data_points_count) == ("renamed", 2)
        assert lines(workshop, wrapper)[-1] == ("INFO", "Owner changed the wrapper.")

    def test_a_mask_keeps_the_secret(self, workshop):
        source = {"location": "https://example.com", "auth_type": "bearer", "date_field": "d", "value_field": "v"}
        wrapper = workshop.wrapper(source={**source, "token": "t0ken"}, source_type="API")
        destination = wrapper.document.destination.to_json()
        document = wrapper_document("renamed", {**source, "token": MASK}, destination, "API")

        changed = workshop.layer.wrappers.update(wrapper.id, document, workshop.caller)

        planner = workshop.layer.attempts.planner
        assert planner.source_of(changed).token.get_secret_value() == "t0ken"

    def test_a_mask_before_a_secret_of_a_destination_keeps_it(self, workshop):
        def sending(token):
            auth = {"type": "BEARER", "token": token}
            return {"node_type": "HTTP", "configuration": {"url": "https://example.com", "auth": auth}}

        wrapper = workshop.wrapper(destination=sending("t0ken"))
        source = wrapper.document.source_config

        changed = workshop.layer.wrappers.update(
            wrapper.id, wrapper_document("sensor", source, sending(MASK)), workshop.caller
        )

        stored = changed.document.destination.configuration
        opened = workshop.layer.attempts.planner.sealing.unsealed(stored)
        assert opened["auth"]["token"] == "t0ken"


class TestUploading:
    def staged(self, workshop):
        folder = workshop.layer.settings.home / "staging" / "uploads"
        return list(folder.iterdir()) if folder.exists() else []

    @pytest.mark.parametrize("name", ["points.csv", "POINTS.CSV", "../../etc/points.csv", "C:\\data\\points.csv"])
    def test_a_file_is_kept_under_its_own_name_wherever_it_lay(self, workshop, name):
        file = workshop.upload(name)

        assert file.name.lower().endswith("points.csv")
        assert "/" not in file.name
        assert (file.columns, file.size) == (("time", "value"), len(POINTS))
        assert workshop.layer.wrappers.file(file.id) == file

    @pytest.mark.parametrize(
        ("name", "text", "problem"),
        [
            ("points.txt", POINTS, "'points.txt' is not one of .csv, .xlsx, .xls"),
            ("points", POINTS, "is not one of .csv, .xlsx, .xls"),
            ("points.csv", "value\n1\n2\n", "has 1 column"),
            ("points.csv", "", "cannot be used"),
            ("points.xlsx", "not a spreadsheet", "cannot be used"),
        ],
        ids=["another kind", "no extension", "one column", "nothing", "not what it is called"],
    )
    def test_a_file_that_cannot_be_used_is_refused_and_not_kept(self, workshop, name, text, problem):
        with pytest.raises(InvalidDocument, match=problem):
            workshop.upload(name, text)

        assert self.staged(workshop) == []

    def test_a_file_that_is_too_large_is_refused_and_not_kept(self, workshop):
        with pytest.raises(TooLarge) as caught:
            workshop.upload("points.csv", "time,value\n" + "2024-05-01,1\n" * 10_000)

        assert "50,000 bytes" in caught.value.what
        assert "PIPELINE_EXEC_MAX_WRAPPER_FILE_SIZE" in caught.value.remedy
        assert self.staged(workshop) == []

    def test_an_upload_that_is_used_cannot_be_deleted(self, workshop):
        upload = workshop.upload()
        source = {"file_id": upload.id, "time_column": "time", "value_columns": ["value"]}
        wrapper = workshop.wrapper(source=source)

        with pytest.raises(Conflict, match="is used by the wrapper 'sensor'"):
            workshop.layer.wrappers.delete_file(upload.id)
        workshop.layer.wrappers.delete(wrapper.id)
        workshop.layer.wrappers.delete_file(upload.id)

        with pytest.raises(NotFound):
            workshop.layer.wrappers.file(upload.id)
        assert self.staged(workshop) == []


def _xlsx(sheet, rows):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    # Shown rounded, and still the number that counts.
    book.active["B2"].number_format = "0"
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _xls(sheet, rows):
    book = xlwt.Workbook()
    made = book.add_sheet(sheet)
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            made.write(at, column, value)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


SPREADSHEETS = {"new": _xlsx, "old": _xls}
