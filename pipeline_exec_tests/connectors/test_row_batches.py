import csv
import io
import json
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.connectors.row_batches import Cut, within
from pipeline_exec.connectors.row_texts import CsvTexts, JsonTexts, NdjsonTexts
from pipeline_exec.errors import DestinationSizeLimit
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import Limits

KEYS = ("plain", 'odd "key",\n')
COLUMNS = tuple(TargetColumn(key=key) for key in KEYS)
SCHEMA = pa.schema([(key, pa.string()) for key in KEYS])
TEXT = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('",\\\n\r\t\0\x1f\u2028')), max_size=12
)
CELLS = st.one_of(st.none(), TEXT.filter(bool))
TABLES = st.lists(st.tuples(CELLS, CELLS), max_size=25)
WRITERS = [JsonTexts, NdjsonTexts, CsvTexts]


def batch_of(rows) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array([row[i] for row in rows], pa.string()) for i in range(2)], schema=SCHEMA
    )


def read(body: bytes, writer) -> list[tuple[str | None, str | None]]:
    text = body.decode()
    if writer is CsvTexts:
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert rows[0] == list(KEYS)
        return [tuple(cell or None for cell in row) for row in rows[1:]]
    objects = json.loads(text) if writer is JsonTexts else [json.loads(line) for line in text.split("\n")[:-1]]
    assert all(tuple(found) == KEYS for found in objects)
    return [tuple(found.values()) for found in objects]


@pytest.mark.parametrize("writer", WRITERS)
@given(rows=TABLES.filter(bool))
def test_what_is_written_is_read_again(writer, rows):
    texts = writer(COLUMNS)
    assert read(texts.body(texts.texts(batch_of(rows))), writer) == rows


@pytest.mark.parametrize("writer", WRITERS)
@given(rows=TABLES, cuts=st.lists(st.integers(0, 25), max_size=5), most=st.integers(1, 9), size=st.integers(50, 400))
def test_batches_do_not_depend_on_how_rows_come_in_and_are_as_large_as_may_be(writer, rows, cuts, most, size):
    texts, cut = writer(COLUMNS), Cut(most, size)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    pieces = [batch_of(rows[start:end]) for start, end in pairwise(edges)]
    bodies = [texts.body(batch) for batch in cut.batches(pieces, texts)]
    assert bodies == [texts.body(batch) for batch in cut.batches([batch_of(rows)], texts)]
    sent = [read(body, writer) for body in bodies]
    assert [row for batch in sent for row in batch] == rows
    for body, batch in zip(bodies, sent, strict=True):
        assert 1 <= len(batch) <= most
        assert len(body) <= size or len(batch) == 1
    for batch, following in pairwise(sent):
        one_more = texts.body(texts.texts(batch_of([*batch, following[0]])))
        assert len(batch) == most or len(one_more) > size


def test_a_batch_comes_out_before_the_rows_behind_it_are_read():
    read_ahead = []

    def incoming():
        for number in range(5):
            read_ahead.append(number)
            yield batch_of([("a", "b")] * 10)

    texts = JsonTexts(COLUMNS)
    next(Cut(5, 10_000).batches(incoming(), texts))
    assert read_ahead == [0]


def test_with_limits_nothing_comes_out_before_all_of_it_is_known_to_keep_them():
    texts = JsonTexts(COLUMNS)
    batches = [texts.texts(batch_of([("a", "b")] * 3))] * 4
    assert len(list(within(Limits(max_rows=12), batches, texts, "h"))) == 4
    with pytest.raises(DestinationSizeLimit, match="11 rows that h takes"):
        next(within(Limits(max_rows=11), batches, texts, "h"))
    size = sum(len(texts.body(batch)) for batch in batches)
    assert list(within(Limits(max_file_size=size), batches, texts, "h")) == [texts.body(batch) for batch in batches]
    with pytest.raises(DestinationSizeLimit, match="bytes"):
        next(within(Limits(max_file_size=size - 1), batches, texts, "h"))
