"""Work on several items at once."""

import threading

import pytest

from pipeline_exec.dataplane.side_by_side import side_by_side


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
