import random
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.uniqueness import Seen


def again(batches):
    """What a set of everything seen says."""
    seen, answers = set(), []
    for batch in batches:
        for value in batch:
            answers.append(value is not None and value in seen)
            seen.add(value)
    return answers


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        pytest.param(pa.string(), st.sampled_from(["a", "b", "ab", "A", "ä", "long " * 20]), id="texts"),
        pytest.param(pa.int64(), st.integers(-4, 4) | st.sampled_from([2**63 - 1, -(2**63)]), id="whole numbers"),
        pytest.param(pa.float64(), st.sampled_from([0.0, -0.0, 1.5, -1.5, 5e-324]), id="floats"),
        pytest.param(
            pa.decimal128(38, 9), st.sampled_from([Decimal("1.5"), Decimal("-1.5"), Decimal(0)]), id="decimals"
        ),
        pytest.param(pa.date32(), st.dates().map(lambda day: day.replace(year=2024, month=1)), id="dates"),
        pytest.param(pa.bool_(), st.booleans(), id="truth values"),
    ],
)
def test_what_was_seen_before_is_what_a_set_remembers(kind, values):
    @given(st.lists(st.lists(st.none() | values, max_size=8), max_size=8))
    def law(batches):
        seen = Seen()
        answers = [answer for batch in batches for answer in seen.again(pa.array(batch, kind)).to_pylist()]
        assert answers == again(batches)

    law()


def test_many_batches_are_remembered_in_few_runs():
    seen, rng = Seen(), random.Random(7)
    values = [rng.randrange(50_000) for _ in range(60_000)]
    batches = [values[start : start + 1000] for start in range(0, 60_000, 1000)]
    answers = np.concatenate([seen.again(pa.array(batch)).to_numpy(zero_copy_only=False) for batch in batches])
    assert answers.tolist() == again(batches)
    assert len(seen._runs) <= 8
    assert sum(map(len, seen._runs)) == len(set(values))
