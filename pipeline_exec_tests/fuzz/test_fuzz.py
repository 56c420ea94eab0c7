"""The first cases of each kind; ``python -m benchmarks fuzz`` runs as many as wanted."""

import pytest

from pipeline_exec_tests.fuzz.cases import KINDS, case
from pipeline_exec_tests.fuzz.watch import Problem, watched

CASES = 100


def test_whatever_is_sent_is_read_or_refused_with_a_typed_error():
    told = watched(0, CASES * len(KINDS), step=1)
    assert [problem for problem in told if isinstance(problem, Problem)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_is_always_the_same_case(kind):
    assert case(7, kind) == case(7, kind)
    assert case(7, kind) != case(8, kind)
