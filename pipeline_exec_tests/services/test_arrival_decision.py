"""``decide`` is pure, so its tests are tuples: what is listed, what is remembered, and what that means."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.services.arrivals import Decision, decide
from pipeline_exec_tests.builders import NOON

STABLE = 60
MINUTE = timedelta(minutes=1)
A, B, C = (FileVersion(f"in/{name}.csv", 10, "1714566000000000000") for name in "abc")


def after_a_minute(_, seconds):
    return seconds >= STABLE


def at_once(_, __):
    return True


def never(_, __):
    return False


def seen(file, since=NOON, *, first=None, execution=None, **more):
    return Arrival(
        pipeline_id="p", file=file, first_seen=first or since, stable_since=since, execution_id=execution, **more
    )


def remembered(*arrivals):
    return {arrival.file: arrival for arrival in arrivals}


def decided(listing, ledger=(), *, ready=after_a_minute, at=NOON + MINUTE):
    return decide("p", listing, remembered(*ledger), ready, at)


def test_nothing_there_means_nothing():
    assert decided([]) == Decision(take=(), wait=(), record=(), forget=())


def test_a_new_file_is_remembered_and_waits():
    assert decided([A]) == Decision(take=(), wait=(A,), record=(seen(A, NOON + MINUTE),), forget=())


def test_a_new_file_that_need_not_wait_is_remembered_and_taken():
    assert decided([A], ready=at_once) == Decision(take=(A,), wait=(), record=(seen(A, NOON + MINUTE),), forget=())


@pytest.mark.parametrize(
    ("seconds", "take"), [(59.9, ()), (60, (A,)), (3600, (A,))], ids=["too early", "just in time", "much later"]
)
def test_a_file_is_taken_when_it_was_seen_unchanged_for_long_enough(seconds, take):
    decision = decided([A], [seen(A)], at=NOON + timedelta(seconds=seconds))

    assert (decision.take, decision.wait) == (take, () if take else (A,))


def test_readiness_is_the_sources_to_judge():
    asked = []

    decided([A, B], [seen(A)], ready=lambda file, seconds: asked.append((file, seconds)), at=NOON + MINUTE)

    assert asked == [(A, 60.0), (B, 0.0)]


def test_a_file_without_its_marker_is_remembered_and_never_taken():
    assert decided([A], [seen(A)], ready=never, at=NOON + timedelta(days=9)) == Decision(
        take=(), wait=(A,), record=(), forget=()
    )


def test_what_has_an_execution_is_never_taken_again():
    assert decided([A], [seen(A, execution="e")], ready=at_once) == Decision(take=(), wait=(), record=(), forget=())


def test_what_has_an_execution_is_remembered_when_it_is_gone():
    assert decided([], [seen(A, execution="e", settled=True)]) == Decision(take=(), wait=(), record=(), forget=())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(A._replace(modified="1714566000000000001"), id="newer"),
        pytest.param(A._replace(modified="946684800000000000"), id="older than the one before"),
        pytest.param(A._replace(modified="4102444800000000000"), id="from the future"),
        pytest.param(A._replace(size=11), id="of the same time, longer"),
        pytest.param(A._replace(size=9), id="of the same time, shorter"),
        pytest.param(A._replace(size=0), id="empty"),
        pytest.param(A._replace(path="in/A.csv"), id="of a name that differs in case only"),
        pytest.param(A._replace(path="in/sub/a.csv"), id="of the same name in another folder"),
        pytest.param(A._replace(path="in/renamed.csv"), id="renamed into the folder, with its old time"),
    ],
)
def test_another_version_is_another_file(other):
    executed = seen(A, execution="e")

    assert decided([other], [executed], ready=at_once).take == (other,)


def test_a_file_that_changed_before_it_was_taken_starts_anew():
    changed = A._replace(size=11)

    decision = decided([changed], [seen(A)])

    assert decision == Decision(
        take=(), wait=(changed,), record=(seen(changed, NOON + MINUTE, first=NOON),), forget=(A,)
    )


def test_a_file_that_grows_keeps_its_place_in_the_queue():
    grown = A._replace(size=11)
    ledger = [seen(grown, NOON + MINUTE, first=NOON), seen(B, NOON + timedelta(seconds=30))]

    assert decided([A._replace(size=11), B], ledger, at=NOON + 5 * MINUTE).take == (grown, B)


def test_a_version_that_comes_after_an_executed_one_is_seen_for_the_first_time():
    changed = A._replace(size=11)

    assert decided([changed], [seen(A, execution="e")]).record == (seen(changed, NOON + MINUTE),)


def test_a_file_that_went_away_before_it_was_taken_is_forgotten():
    assert decided([B], [seen(A), seen(B)]) == Decision(take=(B,), wait=(), record=(), forget=(A,))


def test_files_are_taken_in_the_order_of_their_sighting_then_of_their_names():
    ledger = [seen(C, NOON - MINUTE), seen(A), seen(B)]

    assert decided([B, A, C], ledger).take == (C, A, B)


def test_a_file_listed_twice_is_one_file():
    assert decided([A, A], ready=at_once) == Decision(take=(A,), wait=(), record=(seen(A, NOON + MINUTE),), forget=())


def test_names_in_any_order_mean_the_same():
    assert decided([C, A, B], [seen(B)]) == decided([A, B, C], [seen(B)])


def test_a_clock_that_was_put_back_makes_no_file_wait_for_the_future():
    from_the_future = seen(A, NOON + timedelta(days=4000), first=NOON)

    first_look = decided([A], [from_the_future], at=NOON)
    second_look = decided([A], first_look.record, at=NOON + MINUTE)

    assert first_look == Decision(take=(), wait=(A,), record=(seen(A, NOON),), forget=())
    assert second_look.take == (A,)


def test_a_clock_that_was_put_back_does_not_touch_what_has_an_execution():
    assert decided([A], [seen(A, NOON + timedelta(days=1), execution="e")], at=NOON).record == ()


versions = st.builds(
    FileVersion, st.sampled_from(["a", "b", "c"]), st.integers(0, 2), st.sampled_from(["1", "2", "etag"])
)
moments = st.integers(-120, 120).map(lambda seconds: NOON + timedelta(seconds=seconds))
ledgers = st.lists(
    st.builds(seen, versions, moments, execution=st.sampled_from([None, "e"])), max_size=8, unique_by=lambda a: a.file
)


@given(listing=st.sets(versions), ledger=ledgers, at=moments)
def test_every_file_is_taken_remembered_or_known(listing, ledger, at):
    decision = decided(listing, ledger, at=at)
    known = remembered(*ledger)
    free = {file for file, arrival in known.items() if arrival.execution_id is None}

    assert {*decision.take, *decision.wait} == listing - (known.keys() - free)
    assert listing - known.keys() <= {arrival.file for arrival in decision.record} <= listing - (known.keys() - free)
    assert set(decision.forget) == free - listing
    assert all(arrival.stable_since == at for arrival in decision.record)


@given(listing=st.sets(versions), ledger=ledgers, at=moments)
def test_looking_again_changes_nothing(listing, ledger, at):
    first = decided(listing, ledger, at=at)
    then = remembered(*ledger) | remembered(*first.record)
    then = [arrival for file, arrival in then.items() if file not in first.forget]

    assert decided(listing, then, at=at) == Decision(take=first.take, wait=first.wait, record=(), forget=())


@given(listing=st.sets(versions), ledger=ledgers, at=moments)
def test_whatever_was_seen_before_a_file_that_stays_is_taken_after_two_looks(listing, ledger, at):
    first = decided(listing, ledger, at=at)
    then = remembered(*ledger) | remembered(*first.record)

    second = decided(listing, then.values(), at=at + MINUTE)

    executed = {file for file, arrival in then.items() if arrival.execution_id is not None}
    assert set(second.take) == listing - executed


def test_a_hundred_thousand_files_are_decided_in_about_a_second():
    files = [FileVersion(f"in/{number * 7919 % 100_000}.csv", 10, str(number)) for number in range(100_000)]
    ledger = remembered(*decided(files).record)

    before = time.process_time()
    decision = decide("p", files, ledger, at_once, NOON + 2 * MINUTE)
    seconds = time.process_time() - before

    assert len(decision.take) == 100_000
    assert seconds < 4, "it takes 0.6 s on an idle machine"
