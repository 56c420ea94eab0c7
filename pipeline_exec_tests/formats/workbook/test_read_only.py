"""Kinds of workbooks that are read only."""

import pytest

from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec_tests.formats.tables import rows_of, text_columns


@pytest.mark.parametrize("name", ["xls", "ods"])
def test_a_format_that_is_read_only_says_what_to_write_instead(path, name):
    columns = text_columns("a")
    with pytest.raises(WriteFileFailure, match=f"not written as .{name}. Set .* to xlsx"):
        FORMATS.named(name).write(rows_of(columns, [["x"]]), columns, path, OutputOptions())
