"""The tree of errors: as it is drawn, as it is documented, and across the borders of processes."""

import copy
import pickle
import re

import pytest

from pipeline_exec import errors
from pipeline_exec.errors import (
    ErrorType,
    ExecutionFailure,
    FieldProblem,
    InvalidDocument,
    ParsingFailure,
    PipelineExecError,
    RequestRefused,
    TooManyRequests,
)


def family(base):
    """A class and all below it, each before those below it."""
    return [base, *(each for child in base.__subclasses__() for each in family(child))]


def named(each):
    return each.__name__


OURS = [each for each in family(PipelineExecError) if each.__module__ == errors.__name__]
REFUSALS = [each for each in family(RequestRefused) if each.__module__ == errors.__name__]
FAILURES = [each for each in family(ExecutionFailure) if each.__module__ == errors.__name__]


def drawn():
    """What the docstring of the module draws: each class with its parent and what stands beside it."""
    parents, lines = ["PipelineExecError"], errors.__doc__.splitlines()
    for line in lines[lines.index("PipelineExecError") + 1 :]:
        if not (found := re.fullmatch(r"((?:│   |    )*)[├└]── (\w+) +(.*)", line)):
            return
        depth = len(found[1]) // 4
        parents[depth + 1 :] = [found[2]]
        yield found[2], parents[depth], found[3]


def test_the_tree_that_is_drawn_is_the_tree_there_is():
    there_is = [(each.__name__, each.__base__.__name__) for each in OURS[1:]]

    assert [(name, parent) for name, parent, _ in drawn()] == there_is


def test_what_is_written_beside_each_error_is_what_it_says():
    said = {name: note for name, _, note in drawn()}

    for refusal in REFUSALS[1:]:
        assert said[refusal.__name__] == str(refusal.http_status)
    for failure in FAILURES[1:]:
        kind, _, lasts = said[failure.__name__].partition(", ")
        assert kind == failure.error_type
        assert failure.transient == (lasts == "transient")


def test_every_type_a_client_may_see_is_raised_by_some_failure():
    assert {failure.error_type for failure in FAILURES[1:]} == set(ErrorType)


@pytest.mark.parametrize("each", OURS, ids=named)
def test_every_error_says_what_it_means(each):
    assert each.__doc__.endswith(".")


def examples():
    problems = (FieldProblem("name", "is missing"), FieldProblem("", "is empty"))
    for each in OURS:
        yield pytest.param(each("It happened."), id=f"{each.__name__}, one sentence")
        if each is InvalidDocument:
            yield pytest.param(each("It is wrong.", problems, "Correct it."), id="InvalidDocument, whole")
        elif each is TooManyRequests:
            yield pytest.param(each("Slower.", "Wait.", 7), id="TooManyRequests, whole")
        else:
            yield pytest.param(each("It happened.", "Do this."), id=f"{each.__name__}, two sentences")


@pytest.mark.parametrize("error", list(examples()))
@pytest.mark.parametrize(
    "carried", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickle", "copy"]
)
def test_an_error_crosses_the_border_of_a_process_unchanged(error, carried):
    other = carried(error)

    assert type(other) is type(error)
    assert (other.args, vars(other), str(other)) == (error.args, vars(error), str(error))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ParsingFailure("It is no CSV."), "It is no CSV."),
        (ParsingFailure("It is no CSV.", "Send one."), "It is no CSV. Send one."),
        (
            InvalidDocument("It is wrong.", [FieldProblem("name", "is missing")], "Correct it."),
            "It is wrong. Correct it.",
        ),
    ],
    ids=["what happened", "what happened and what to do", "with problems"],
)
def test_the_message_is_what_happened_and_what_to_do(error, message):
    assert error.message == str(error) == message


def test_an_invalid_document_keeps_its_problems():
    problems = [FieldProblem("a", "is missing")]

    assert InvalidDocument("It is wrong.", problems).problems == tuple(problems)


def test_too_many_requests_say_when_to_come_again():
    assert TooManyRequests("Slower.", retry_after=7).retry_after == 7
