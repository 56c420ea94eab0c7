"""Erroneous cells in a terminal."""

import pyarrow as pa
import pytest

from pipeline_exec.cli.findings import print_findings
from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.model.rows import Rows

FINDING = {
    "row": 2,
    "column": "age",
    "value": "old",
    "code": "type.int",
    "message": "'old' is not a whole number like 1234.",
}


@pytest.mark.parametrize(
    ("total", "said"),
    [
        pytest.param(None, "", id="of a preview"),
        pytest.param(1, "", id="all of them"),
        pytest.param(
            5, "Only the first 1 of 5 are kept; PIPELINE_EXEC_MAX_FINDINGS says how many.\n", id="the first of more"
        ),
    ],
)
def test_that_not_all_findings_are_kept_is_said_beside_them(capsys, total, said):
    findings = Rows(FINDINGS, [pa.RecordBatch.from_pylist([FINDING], FINDINGS)])
    print_findings(findings, "csv", total)
    printed = capsys.readouterr()
    assert printed.out == "row,column,value,code,message\n2,age,old,type.int,'old' is not a whole number like 1234.\n"
    assert printed.err == said
