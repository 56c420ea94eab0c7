import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.model.rows import Rows

SCHEMA = pa.schema([("n", pa.int64())])


class Source:
    """Batches that can be had again and again, and that remember how many were had."""

    def __init__(self, *sizes):
        numbers = iter(range(sum(sizes)))
        self.batches = [pa.record_batch([[next(numbers) for _ in range(size)]], schema=SCHEMA) for size in sizes]
        self.read = 0

    def __iter__(self):
        for batch in self.batches:
            self.read += 1
            yield batch


def numbers(rows):
    return [number for batch in rows for number in batch.column(0).to_pylist()]


def test_rows_can_be_iterated_as_often_as_their_batches():
    rows = Rows(SCHEMA, Source(2, 1))

    assert [numbers(rows), numbers(rows)] == [[0, 1, 2], [0, 1, 2]]


def test_a_head_can_be_iterated_again():
    head = Rows(SCHEMA, Source(2, 2)).head(3)

    assert [numbers(head), numbers(head)] == [[0, 1, 2], [0, 1, 2]]


@pytest.mark.parametrize(
    ("limit", "read"),
    [(0, 0), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (100, 3)],
    ids=lambda number: str(number),
)
def test_nothing_behind_a_head_is_read(limit, read):
    source = Source(3, 3, 3)

    assert numbers(Rows(SCHEMA, source).head(limit)) == list(range(min(limit, 9)))
    assert source.read == read


@given(sizes=st.lists(st.integers(0, 5), max_size=6), offset=st.integers(0, 40), limit=st.integers(0, 40))
def test_a_part_is_a_slice_however_the_batches_are_cut(sizes, offset, limit):
    rows = Rows(SCHEMA, Source(*sizes))

    assert numbers(rows.part(offset, limit)) == list(range(sum(sizes)))[offset : offset + limit]


def test_rows_are_seen_as_they_pass_each_time_they_pass():
    seen = []
    rows = Rows(SCHEMA, Source(2, 1)).watched(lambda batch: seen.append(batch.num_rows))

    assert seen == []
    assert [numbers(rows), numbers(rows)] == [[0, 1, 2], [0, 1, 2]]
    assert seen == [2, 1, 2, 1]
