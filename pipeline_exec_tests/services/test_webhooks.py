"""Validations that ask a service of the customer's: what is sent, what is answered, and what when nothing is."""

import pytest

from pipeline_exec.errors import Conflict, ErrorType, InvalidDocument
from pipeline_exec.model.execution import CellEdit, Status
from pipeline_exec.services.documents import Declaration, Origin
from pipeline_exec_tests.servers.http import Reply, Reset, closed_port
from pipeline_exec_tests.services.workshop import Workshop

PEOPLE = "name,age\nAda,36\nGrace,85\nAlan,41\n"


@pytest.fixture
def workshop(store, tmp_path):
    workshop = Workshop(store, tmp_path, settings={"allow_private_addresses": True})
    yield workshop
    workshop.engine.wait()


@pytest.fixture
def asked(workshop, http_server):
    """A pipeline whose ages a service looks at, after the service was told how to behave."""

    def pipeline(*behaviours, path="/check", url=None, threshold=100, **validation):
        configuration = {"headers": {"X-Team": "data"}, "auth": {"type": "BEARER", "token": "s3cret"}}
        target = url or http_server.script(path, *behaviours)
        judge = workshop.connector("judge", type="OUTPUT", node_type="HTTP", url=target, **configuration)
        rule = {"type": "WEBHOOK", "connector": judge.id, **validation}
        columns = [{"key": "name"}, {"key": "age", "column_type": "int", "validations": [rule]}]
        model = workshop.model(columns=columns)
        return workshop.pipeline(model=model, error_config={"error_threshold": threshold, "on_error": "KEEP"})

    return pipeline


def run(workshop, pipeline, text=PEOPLE):
    workshop.drop("people.csv", text)
    [ended] = workshop.execute(pipeline)
    return ended


def wrong(row=2, column="age", message="Too old.", **more):
    return {"row": row, "column": column, "message": message, **more}


def answer(*errors):
    return Reply(200, {"errors": list(errors)})


def test_rows_are_sent_in_batches_with_their_numbers_and_texts(workshop, asked, http_server):
    ended = run(workshop, asked(answer(), batch_rows=2), "name,age\nAda,36\nGrace,old\n,41\n")

    assert ended.status is Status.SUCCESSFUL
    assert [request.json for request in http_server.requests] == [
        [{"row": 1, "cells": {"name": "Ada", "age": "36"}}, {"row": 2, "cells": {"name": "Grace", "age": "old"}}],
        [{"row": 3, "cells": {"name": None, "age": "41"}}],
    ]
    first, second = http_server.requests
    assert (first.headers["authorization"], first.headers["x-team"]) == ("Bearer s3cret", "data")
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_only_the_columns_named_are_sent(workshop, asked, http_server):
    run(workshop, asked(answer(), columns=["age"]))

    assert http_server.requests[0].json[0] == {"row": 1, "cells": {"age": "36"}}


def test_what_is_answered_are_findings_of_whichever_column(workshop, asked):
    pipeline = asked(answer(wrong(3, "name", "Unknown."), wrong(code="too_old"), wrong()), batch_rows=500)
    ended = run(workshop, pipeline)

    findings = workshop.layer.executions.findings(ended.id)
    found = [each for batch in findings.rows for each in batch.to_pylist()]
    assert [(each["row"], each["column"], each["value"], each["code"], each["message"]) for each in found] == [
        (2, "age", "85", "webhook.too_old", "Too old."),
        (2, "age", "85", "webhook", "Too old."),
        (3, "name", "Alan", "webhook", "Unknown."),
    ]
    assert (ended.log.counts.total_error_cells, ended.log.counts.total_error_rows) == (2, 2)


def test_an_answer_without_content_is_no_finding(workshop, asked):
    ended = run(workshop, asked(Reply(204)))

    assert (ended.status, ended.log.counts.total_error_cells) == (Status.SUCCESSFUL, 0)


def test_findings_of_a_service_count_for_the_threshold(workshop, asked):
    ended = run(workshop, asked(answer(wrong()), threshold=0))

    assert ended.failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
    assert "1 x webhook in 'age'" in ended.failure.message


def test_a_question_is_repeated_under_the_same_key(workshop, asked, http_server):
    ended = run(workshop, asked(Reset(), answer(wrong())))

    assert ended.log.counts.total_error_cells == 1
    first, second = http_server.requests
    assert (first.headers["idempotency-key"], first.body) == (second.headers["idempotency-key"], second.body)


def test_a_fix_asks_about_the_repaired_row(workshop, asked, http_server):
    pipeline = asked(answer(wrong()), answer(), threshold=0)
    ended = workshop.fix(run(workshop, pipeline), cells=[CellEdit(row=2, column="age", value="58")])

    assert ended.status is Status.SUCCESSFUL
    assert http_server.requests[-1].json[1] == {"row": 2, "cells": {"name": "Grace", "age": "58"}}


def test_a_service_that_is_away_fails_the_execution_by_its_host(workshop, asked):
    with closed_port() as port:
        ended = run(workshop, asked(url=f"http://127.0.0.1:{port}/check"))

    assert ended.failure.type is ErrorType.DESTINATION_UNRESPONSIVE
    assert "127.0.0.1" in ended.failure.message
    assert "s3cret" not in ended.failure.message


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        pytest.param(Reply(200, b"<html>"), "cannot be used: Invalid JSON", id="no JSON"),
        pytest.param(Reply(200, []), "cannot be used: Input should be an object", id="no object"),
        pytest.param(Reply(200, {}), "cannot be used: errors: Field required", id="no list of errors"),
        pytest.param(answer({"row": "2", "column": "age", "message": "x"}), "errors.0.row", id="a number as text"),
        pytest.param(answer(wrong(row=4)), "row 4, which it was not sent", id="a row that was not sent"),
        pytest.param(answer(wrong(column="agee")), "column 'agee'; it was sent name, age", id="a column not sent"),
        pytest.param(answer(wrong(code="Too Old!")), "errors.0.code", id="a code that is none"),
        pytest.param(Reply(200, b" " * (16 * 1024**2 + 1)), "Lower batch_rows", id="an endless answer"),
        pytest.param(Reply(401), "answered 401", id="a refusal"),
    ],
)
def test_an_answer_that_is_none_fails_the_execution_with_advice(workshop, asked, reply, message):
    ended = run(workshop, asked(reply))

    assert ended.failure.type is ErrorType.DESTINATION_UNRESPONSIVE
    assert message in ended.failure.message


class TestReferringToConnectors:
    """What target data models may ask, by which names, and for how long."""

    def columns(self, connector):
        return [{"key": "a", "validations": [{"type": "WEBHOOK", "connector": connector}]}]

    def judge(self, workshop, name="judge"):
        return workshop.connector(name, type="OUTPUT", node_type="HTTP", url="https://example.com/check")

    def test_a_connector_is_named_by_its_id_or_its_name(self, workshop):
        judge = self.judge(workshop)

        for number, name in enumerate([judge.id, "judge"]):
            model = workshop.model(f"model {number}", columns=self.columns(name))
            assert model.document.connectors == {judge.id}

    @pytest.mark.parametrize(
        ("connector", "message"),
        [
            pytest.param("nobody", "there is no connector 'nobody'", id="that is not there"),
            pytest.param("folder", "connector 'folder' is no OUTPUT connector of type HTTP", id="that cannot be asked"),
        ],
    )
    def test_a_connector_is_refused(self, workshop, connector, message):
        workshop.output("folder")

        with pytest.raises(InvalidDocument) as refused:
            workshop.model(columns=self.columns(connector))

        [problem] = refused.value.problems
        assert (problem.field, problem.message) == ("columns.0.validations.0.connector", message)

    def test_a_connector_that_is_asked_stays(self, workshop):
        judge = self.judge(workshop)
        model = workshop.model(columns=self.columns(judge.id))

        with pytest.raises(Conflict, match="'judge' is used by the target data model 'people'"):
            workshop.layer.connectors.delete(judge.id)
        workshop.layer.target_models.delete(model.id)
        workshop.layer.connectors.delete(judge.id)

    def test_documents_name_it_and_are_written_down_again_with_the_name(self, workshop):
        judge = {"type": "OUTPUT", "node_type": "HTTP", "configuration": {"url": "https://example.com/check"}}
        declared = [
            Declaration("TargetDataModel", "people", {"name": "people", "columns": self.columns("judge")}, ORIGIN),
            Declaration("Connector", "judge", {"name": "judge", **judge}, ORIGIN),
        ]

        for change in ("created", "unchanged"):
            applied = list(workshop.layer.documents.apply(declared, workshop.caller))
            assert {each.change for each in applied} == {change}
        export = workshop.layer.exports.export(with_files=False)
        [model] = export.documents["TargetDataModel"]
        assert model["columns"][0]["validations"] == [{"type": "WEBHOOK", "connector": "judge"}]

    def test_documents_that_name_nobody_are_refused(self, workshop):
        columns = self.columns("nobody")
        declared = [Declaration("TargetDataModel", "people", {"name": "people", "columns": columns}, ORIGIN)]

        with pytest.raises(InvalidDocument, match="there is no Connector 'nobody'"):
            list(workshop.layer.documents.apply(declared, workshop.caller))


ORIGIN = Origin("model.yaml", {})
