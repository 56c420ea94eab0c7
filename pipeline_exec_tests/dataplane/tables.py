"""Small tables and columns for tests."""

import pyarrow as pa

from pipeline_exec.dataplane.checking import Checker
from pipeline_exec.model.mapping import MappingConfig
from pipeline_exec.model.pipeline import OnError
from pipeline_exec.model.target_model import TargetColumn


def texts(*cells):
    """A column of text."""
    return pa.array(cells, pa.string())


def batch(**columns):
    """A batch of text."""
    return pa.RecordBatch.from_arrays([texts(*cells) for cells in columns.values()], names=list(columns))


def column(key="x", **attributes):
    """A target column as a user writes it."""
    return TargetColumn.parse({"key": key, **attributes})


def mapping(*mappings, mode="DEFAULT"):
    """A mapping as a user writes it."""
    return MappingConfig.parse({"mode": mode, "mappings": list(mappings)})


def check(columns, *batches, on_error=OnError.EMPTY):
    """Check a table of one or more batches; answers what was checked, batch by batch, and the checker."""
    checker = Checker(columns, on_error)
    return [checker.check(each) for each in batches], checker
