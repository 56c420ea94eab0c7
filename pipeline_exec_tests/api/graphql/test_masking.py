"""Masking: what a caller hears of an error."""

import logging

import pytest
from graphql import GraphQLError

from pipeline_exec import errors
from pipeline_exec.api.graphql.masking import CODES, Masking


def told(error):
    return Masking().anonymise_error(GraphQLError("Refused.", path=["executions"], original_error=error))


def test_a_defect_is_logged_whole_and_told_as_an_id(graph, caplog, monkeypatch):
    secret = "postgresql://user:password@database/"
    monkeypatch.setattr(type(graph.layer.executions), "find", lambda *_: (_ for _ in ()).throw(OSError(secret)))

    answer = graph.post("{ me { name } executions { totalCount } }")
    (error,) = answer.json()["errors"]
    (record,) = caplog.records

    assert secret not in answer.text
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert error["path"] == ["executions"]
    defect = error["message"].removesuffix(".").split()[-1]
    assert defect in record.getMessage()
    assert secret in record.exc_text or secret in str(record.exc_info[1])
    assert record.levelno == logging.ERROR


def test_every_refusal_has_a_code():
    refusals = {
        cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.RequestRefused)
    }
    assert set(CODES) == refusals - {errors.RequestRefused}


@pytest.mark.parametrize(
    ("error", "extensions"),
    [
        pytest.param(errors.NotFound("There is none."), {"code": "NOT_FOUND"}, id="not found"),
        pytest.param(
            errors.TooManyRequests("Too many.", retry_after=7),
            {"code": "TOO_MANY_REQUESTS", "retryAfter": 7},
            id="too many",
        ),
        pytest.param(
            errors.InvalidDocument("It is wrong.", [errors.FieldProblem("a.b", "is wrong")]),
            {"code": "BAD_USER_INPUT", "errors": [{"field": "a.b", "message": "is wrong"}]},
            id="not valid",
        ),
    ],
)
def test_a_refusal_is_told_as_it_is(error, extensions, caplog):
    assert (told(error).message, told(error).extensions) == (error.message, extensions)
    assert not caplog.records


def test_what_graphql_refuses_is_told_as_it_is(graph, caplog):
    assert graph.refused("{ me { age } }")["message"].startswith("Cannot query field 'age' on type 'Principal'.")
    assert graph.refused("{ me {")["message"].startswith("Syntax Error")
    assert "BigInt" in graph.refused("query ($n: BigInt!) { executions(first: $n) { totalCount } }", n=1)["message"]
    assert not caplog.records


def test_what_is_no_whole_number_is_refused(graph):
    asked = "query ($rows: BigInt!) { executions(filter: {counts: {totalRows: {gt: $rows}}}) { totalCount } }"
    assert graph.ask(asked, rows=2**53) == {"executions": {"totalCount": 0}}
    for rows in (2**53 + 1, 1.5, "1", True, None):
        assert (
            "BigInt" in graph.refused(asked, rows=rows)["message"]
            or "53 bits" in graph.refused(asked, rows=rows)["message"]
        )
