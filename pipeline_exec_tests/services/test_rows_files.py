"""Rows staged in files."""

import pyarrow as pa
import pytest

from pipeline_exec.model.rows import Rows
from pipeline_exec.services.rows_files import read_rows, write_rows

SCHEMA = pa.schema([("id", pa.int64()), ("name", pa.string())])


def batch(*numbers):
    return pa.record_batch([list(numbers), [f"row {number}" for number in numbers]], schema=SCHEMA)


def test_rows_come_back_as_they_went_as_often_as_wanted(tmp_path):
    batches = [batch(1, 2), batch(), batch(3)]
    assert write_rows(Rows(SCHEMA, batches), tmp_path / "rows") == 3
    rows = read_rows(tmp_path / "rows")
    assert rows.schema == SCHEMA
    assert list(rows) == batches
    assert list(rows) == batches


def test_no_batches_are_no_rows(tmp_path):
    assert write_rows(Rows(SCHEMA, []), tmp_path / "rows") == 0
    assert list(read_rows(tmp_path / "rows")) == []


def test_what_goes_wrong_while_rows_are_made_comes_out(tmp_path):
    def made():
        yield batch(1)
        raise ValueError("the second batch cannot be made")

    with pytest.raises(ValueError, match="the second batch"):
        write_rows(Rows(SCHEMA, made()), tmp_path / "rows")


def test_what_goes_wrong_while_rows_are_written_comes_out(tmp_path):
    other = pa.record_batch([["a"]], names=["other"])
    with pytest.raises(pa.ArrowInvalid):
        write_rows(Rows(SCHEMA, [other]), tmp_path / "rows")
    with pytest.raises(pa.ArrowInvalid):
        write_rows(Rows(SCHEMA, [other, batch(1)]), tmp_path / "rows")
