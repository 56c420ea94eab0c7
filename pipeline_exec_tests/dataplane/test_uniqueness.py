import random
import tempfile
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_exec.dataplane.key_runs import contained
from pipeline_exec.dataplane.keys import Keys
from pipeline_exec.dataplane.uniqueness import MOST_FILTER_WORDS, MOST_KEYS, KeyBudget, Seen
from pipeline_exec.errors import InternalError


def seen_with(most_keys=MOST_KEYS):
    """Nothing seen yet, and so many keys kept in memory."""
    return Seen(KeyBudget(most_keys, filter_words=1024))


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
@pytest.mark.parametrize("most_keys", [pytest.param(MOST_KEYS, id="in memory"), pytest.param(2, id="on disk")])
def test_what_was_seen_before_is_what_a_set_remembers(kind, values, most_keys):
    @settings(max_examples=40)
    @given(st.lists(st.lists(st.none() | values, max_size=8), max_size=8))
    def law(batches):
        seen = seen_with(most_keys)
        answers = [answer for batch in batches for answer in seen.again(pa.array(batch, kind)).to_pylist()]
        assert answers == again(batches)

    law()


def test_many_batches_are_remembered_in_few_runs():
    seen, rng = seen_with(), random.Random(7)
    values = [rng.randrange(50_000) for _ in range(60_000)]
    batches = [values[start : start + 1000] for start in range(0, 60_000, 1000)]
    answers = np.concatenate([seen.again(pa.array(batch)).to_numpy(zero_copy_only=False) for batch in batches])
    assert answers.tolist() == again(batches)
    assert len(seen._runs) <= 8
    assert sum(map(len, seen._runs)) == len(set(values))


def test_what_lies_on_disk_is_remembered_among_many():
    seen, rng = seen_with(most_keys=5_000), random.Random(7)
    values = [f"C-{rng.randrange(50_000)}" for _ in range(60_000)]
    batches = [values[start : start + 1000] for start in range(0, 60_000, 1000)]
    answers = np.concatenate([seen.again(pa.array(batch)).to_numpy(zero_copy_only=False) for batch in batches])
    assert answers.tolist() == again(batches)


def test_runs_on_disk_become_few():
    seen = seen_with(most_keys=100)
    for start in range(0, 20_000, 100):
        assert not seen.again(pa.array(range(start, start + 100))).true_count
        assert len(seen._spilled._runs if seen._spilled else ()) <= 21
    assert seen.again(pa.array(range(20_100))).to_pylist() == [True] * 20_000 + [False] * 100


def test_all_unique_columns_of_a_table_share_what_they_may_take():
    budget = KeyBudget()
    Seen(budget)
    alone = (budget.most_keys, budget.filter_words)
    for _ in range(9):
        Seen(budget)
    assert alone == (MOST_KEYS, MOST_FILTER_WORDS)
    assert 10 * budget.most_keys <= 2 * MOST_KEYS
    assert 10 * budget.filter_words <= 3 * MOST_FILTER_WORDS


@given(st.lists(st.lists(st.tuples(st.sampled_from([None, "a", "1:a"]), st.sampled_from([None, 1, 11])), max_size=8)))
def test_of_several_columns_whole_combinations_are_remembered(batches):
    seen = seen_with()
    answers = [
        answer
        for batch in batches
        for answer in seen.again(
            pa.array([text for text, _ in batch], pa.string()), pa.array([number for _, number in batch], pa.int64())
        ).to_pylist()
    ]
    assert answers == again([[None if None in pair else pair for pair in batch] for batch in batches])


def test_keys_that_share_a_half_are_told_apart():
    run = Keys(np.array([1, 2, 2, 2, 3], np.uint64), np.array([9, 0, 5, 7, 1], np.uint64))
    asked = Keys(np.array([1, 2, 2, 3, 4], np.uint64), np.array([9, 6, 7, 2, 1], np.uint64))
    assert contained(asked, run).tolist() == [True, False, True, False, False]
    shuffled = Keys(np.array([2, 2, 2], np.uint64), np.array([5, 0, 5], np.uint64))
    ordered = shuffled[shuffled.order()]
    assert ordered.repeats().tolist() == [False, False, True]


def test_a_full_temporary_folder_is_said_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(InternalError, match=r"temporary folder: No such file.* set TMPDIR"):
        seen_with(most_keys=1).again(pa.array(["a", "b", "c"]))


def test_temporary_files_have_no_name_that_could_be_left(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = seen_with(most_keys=1)
    assert seen.again(pa.array(["a", "b", "a"])).to_pylist() == [False, False, True]
    assert seen.again(pa.array(["c", "b"])).to_pylist() == [False, True]
    assert list(tmp_path.iterdir()) == []
