"""Rows that are written with another delimiter than the rest of their file."""

import time

import pytest

from pipeline_exec.formats.csv import CSV
from pipeline_exec.model.pipeline import ReadOptions


@pytest.mark.parametrize(
    ("row", "times"),
    [
        pytest.param(('"a";"b""' * 40 + ';"' * 200)[:15_000], 900, id="of many cells, hardly one of them sound"),
        pytest.param('"x"y\tz"\t' * 60, 600, id="of cells with text behind their quotes"),
    ],
)
def test_rows_of_quotes_between_other_delimiters_take_no_long_time(tmp_path, row, times):
    path = tmp_path / "a.csv"
    path.write_text("id,name,n\n" + "1,Anna,2\n" * 50 + f"{row}\n" * times + "1,Anna,2\n" * 50)
    begun = time.process_time()
    count = sum(batch.num_rows for batch in CSV.read(path, ReadOptions(delimiter=",")).rows)
    assert time.process_time() - begun < 4
    assert count == 100 + times
