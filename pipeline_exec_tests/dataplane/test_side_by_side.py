"""Work on several items at once."""

import threading

import pyarrow as pa
import pytest

from pipeline_exec.dataplane.side_by_side import all_at_once, side_by_side


def test_results_come_in_the_order_of_the_items():
    first_may_end = threading.Event()

    def work(number):
        if number == 0:
            assert first_may_end.wait(10)
        if number == 1:
            first_may_end.set()
        return number * 2

    assert list(side_by_side(work, range(9))) == [number * 2 for number in range(9)]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_items_are_as_good_as_many(count):
    assert list(side_by_side(str, range(count))) == [str(number) for number in range(count)]


def test_items_are_taken_only_a_few_ahead():
    taken = []
    results = side_by_side(str, (taken.append(number) or number for number in range(100)))
    assert next(results) == "0"
    assert len(taken) <= 3
    results.close()
    assert len(taken) <= 3


def test_what_is_raised_comes_in_the_place_of_the_result():
    results = side_by_side(lambda number: 6 // number, [3, 2, 0, 1])
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_all_items_are_worked_on_at_once():
    all_begun = threading.Barrier(min(pa.cpu_count(), 4), timeout=10)

    def work(number):
        all_begun.wait()
        return number * 2

    assert all_at_once(work, range(all_begun.parties)) == [number * 2 for number in range(all_begun.parties)]


def test_of_several_errors_the_first_items_comes():
    with pytest.raises(ValueError, match="'a'"):
        all_at_once(int, ["1", "a", "b", "2"])


def test_no_thread_outlives_the_work():
    before = threading.active_count()
    assert all_at_once(str, range(9)) == list(side_by_side(str, range(9)))
    assert threading.active_count() == before


def test_little_work_is_done_by_whoever_asks():
    assert set(all_at_once(_worker, range(9), unless=True)) == {threading.get_ident()}


def test_who_may_use_one_processor_gets_no_threads(one_processor):
    assert {*all_at_once(_worker, range(9)), *side_by_side(_worker, range(9))} == {threading.get_ident()}


@pytest.fixture
def one_processor():
    before = pa.cpu_count()
    pa.set_cpu_count(1)
    yield
    pa.set_cpu_count(before)


def _worker(_):
    return threading.get_ident()
