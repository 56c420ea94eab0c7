"""Rows with fewer or more cells than their file has columns: from the bytes received to the report and the fix."""

from pipeline_exec.model.execution import CellEdit, Status

RAGGED = "name,age\nAda,36\nGrace\nAlan,41,Manchester\n"


def found(workshop, execution):
    findings = workshop.layer.executions.findings(execution.id)
    rows = [row for batch in findings.rows for row in batch.to_pylist()]
    return [(row["row"], row["column"], row["value"], row["code"]) for row in rows]


def failed(workshop):
    pipeline = workshop.pipeline()
    workshop.drop("people.csv", RAGGED)
    [execution] = workshop.execute(pipeline)
    return execution


def test_missing_and_surplus_cells_are_reported_and_no_row_is_lost(workshop):
    execution = failed(workshop)

    assert found(workshop, execution) == [
        (2, "age", None, "row.missing_cells"),
        (3, "age", "Manchester", "row.surplus_cells"),
    ]
    counts = execution.log.counts
    assert (counts.total_rows, counts.total_cells, counts.total_error_cells, counts.total_error_rows) == (3, 6, 2, 2)


def test_edits_of_these_cells_settle_them(workshop):
    execution = failed(workshop)
    cells = [CellEdit(row=2, column="age", value="85"), CellEdit(row=3, column="age", value="41")]
    fixed = workshop.fix(execution, cells=cells)

    assert fixed.status is Status.SUCCESSFUL
    assert found(workshop, fixed) == []
    assert list(workshop.sent().values()) == ["name,age\nAda,36\nGrace,85\nAlan,41\n"]


def test_rows_that_are_padded_are_not_reported_unless_something_would_be_lost(workshop):
    pipeline = workshop.pipeline(read_options={"ragged_rows": "pad"}, error_config={"error_threshold": 100})
    workshop.drop("people.csv", RAGGED)
    [execution] = workshop.execute(pipeline)

    assert found(workshop, execution) == [(3, "age", "Manchester", "row.surplus_cells")]
