"""What every sink of rows promises, as ``ports.RowSink`` says it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import DestinationRefused, DestinationSizeLimit, DestinationUnresponsive
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import ColumnType, TargetColumn
from pipeline_exec.ports import Parcel, RowSink

COLUMNS = (
    TargetColumn(key="id", column_type=ColumnType.INT),
    TargetColumn(key="name", column_type=ColumnType.STRING),
)
SCHEMA = pa.schema([("id", pa.int64()), ("name", pa.string())])
PARCEL = Parcel(token="0c1f-token", file_name="out.csv")


class RowDestination(Protocol):
    """Where the rows of a suite end up."""

    tries: int
    """How often the sink under test tries."""
    batch_rows: int
    """Rows of a batch."""

    def sink(self, **configuration) -> RowSink:
        """The sink under test."""

    def is_down(self) -> RowSink:
        """A sink whose place cannot be reached."""

    def fails(self, times: int, after: int = 0) -> None:
        """Fail transiently so many times, once so many batches were taken."""

    def refuses(self, after: int = 0) -> None:
        """Say no for good, once so many batches were taken."""

    def batches(self) -> Sequence[Sequence[tuple[int, str]]]:
        """The rows of each batch that was offered, in order, taken or not."""

    def forget(self) -> None:
        """Take everything again, and remember nothing."""


def rows_of(*ids: int, cuts: Sequence[int] = ()) -> Rows:
    """Rows with these ids, which come in Arrow batches that end at the cuts."""
    edges = [0, *sorted({cut % (len(ids) + 1) for cut in cuts}), len(ids)]
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.array(part, pa.int64()), pa.array([f"n{i}" for i in part], pa.string())], schema=SCHEMA
        )
        for part in (ids[start:end] for start, end in pairwise(edges))
    ]
    return Rows(SCHEMA, batches)


def sent(sink: RowSink, rows: Rows, confirmed: int = 0) -> list[int]:
    """What was confirmed, after sending."""
    confirmations: list[int] = []
    sink.send(rows, COLUMNS, PARCEL, confirmed, confirmations.append)
    return confirmations


class RowSinkConformance:
    """Inherit it and give it a fixture ``destination`` that answers a ``RowDestination``."""

    def test_a_place_that_is_there_passes_the_check(self, destination):
        destination.sink().check()

    def test_a_place_that_is_down_fails_the_check_and_the_delivery(self, destination):
        sink = destination.is_down()
        for attempt in (sink.check, lambda: sent(sink, rows_of(1))):
            with pytest.raises(DestinationUnresponsive) as unresponsive:
                attempt()
            assert unresponsive.value.remedy

    def test_all_rows_arrive_in_order_and_each_batch_is_confirmed(self, destination):
        count = 2 * destination.batch_rows + 1
        assert sent(destination.sink(), rows_of(*range(count))) == [1, 2, 3]
        batches = destination.batches()
        assert [len(batch) for batch in batches] == [destination.batch_rows, destination.batch_rows, 1]
        assert [row for batch in batches for row in batch] == [(i, f"n{i}") for i in range(count)]

    def test_the_answer_says_where_the_rows_went(self, destination):
        assert destination.sink().send(rows_of(1), COLUMNS, PARCEL, 0, lambda _: None)

    def test_no_rows_are_no_batch(self, destination):
        assert sent(destination.sink(), rows_of()) == []
        assert list(destination.batches()) == []

    @given(cuts=st.lists(st.integers(0, 50), max_size=6))
    def test_the_batches_are_the_same_however_the_rows_come_in(self, destination, cuts):
        ids = tuple(range(2 * destination.batch_rows + 1))
        destination.forget()
        sent(destination.sink(), rows_of(*ids))
        expected = list(destination.batches())
        destination.forget()
        sent(destination.sink(), rows_of(*ids, cuts=cuts))
        assert list(destination.batches()) == expected

    def test_what_an_earlier_try_has_confirmed_is_not_sent_again(self, destination):
        ids = range(3 * destination.batch_rows)
        assert sent(destination.sink(), rows_of(*ids), confirmed=2) == [3]
        assert [row for batch in destination.batches() for row in batch] == [
            (i, f"n{i}") for i in ids[2 * destination.batch_rows :]
        ]

    def test_a_transient_failure_is_tried_again(self, destination):
        destination.fails(times=destination.tries - 1, after=1)
        assert sent(destination.sink(), rows_of(*range(2 * destination.batch_rows))) == [1, 2]
        assert len(destination.batches()) == 1 + destination.tries

    def test_after_the_last_try_the_destination_counts_as_unresponsive_and_the_rest_is_sent_later(self, destination):
        rows = rows_of(*range(3 * destination.batch_rows))
        destination.fails(times=destination.tries, after=1)
        confirmations: list[int] = []
        with pytest.raises(DestinationUnresponsive):
            destination.sink().send(rows, COLUMNS, PARCEL, 0, confirmations.append)
        assert confirmations == [1]
        first, second = destination.batches()[:2]
        destination.forget()
        assert sent(destination.sink(), rows, confirmed=1) == [2, 3]
        assert destination.batches()[0] == second != first

    def test_a_refusal_is_told_at_once_with_a_remedy(self, destination):
        destination.refuses(after=1)
        confirmations: list[int] = []
        with pytest.raises(DestinationRefused) as refused:
            destination.sink().send(
                rows_of(*range(3 * destination.batch_rows)), COLUMNS, PARCEL, 0, confirmations.append
            )
        assert refused.value.remedy
        assert confirmations == [1]
        assert len(destination.batches()) == 2

    @pytest.mark.parametrize("limit", ["max_rows", "max_file_size"])
    def test_more_than_the_destination_takes_is_refused_before_anything_is_sent(self, destination, limit):
        rows = rows_of(*range(3 * destination.batch_rows))
        with pytest.raises(DestinationSizeLimit) as refused:
            sent(destination.sink(**{limit: 2 * destination.batch_rows}), rows)
        assert refused.value.remedy
        assert list(destination.batches()) == []

    def test_what_keeps_the_limits_is_sent(self, destination):
        count = 3 * destination.batch_rows
        assert sent(destination.sink(max_rows=count, max_file_size=100_000), rows_of(*range(count))) == [1, 2, 3]
        assert sum(map(len, destination.batches())) == count
