from datetime import date

import pyarrow as pa
import pytest

from pipeline_exec.dataplane.checking import Checker, check_target, in_parts
from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.execution import Counts
from pipeline_exec.model.pipeline import OnError
from pipeline_exec_tests.dataplane.tables import batch, check, column

TARGET = [
    column("id", column_type="int", unique=True),
    column("born", column_type="date", validations=[{"type": "MIN", "value": "2000-01-01"}]),
]
ROWS = {"id": ["1", "x", "1", "4"], "born": ["2001-02-03", "1999-01-01", "soon", None]}


def test_findings_stand_row_by_row_with_value_code_and_message():
    (checked,), _ = check(TARGET, batch(**ROWS))
    assert checked.findings.schema == FINDINGS
    assert checked.findings.to_pylist() == [
        {"row": 2, "column": "id", "value": "x", "code": "type.int", "message": "'x' is not a whole number like 1234."},
        {
            "row": 2,
            "column": "born",
            "value": "1999-01-01",
            "code": "min",
            "message": "Must be at least 2000-01-01; it is 1999-01-01.",
        },
        {
            "row": 3,
            "column": "id",
            "value": "1",
            "code": "unique",
            "message": "Must be unique; '1' occurs in a row before.",
        },
        {
            "row": 3,
            "column": "born",
            "value": "soon",
            "code": "type.date",
            "message": "'soon' is not a date like 2024-12-31.",
        },
    ]


def test_erroneous_cells_are_emptied():
    (checked,), checker = check(TARGET, batch(**ROWS), on_error=OnError.EMPTY)
    assert checker.schema == pa.schema([("id", pa.int64()), ("born", pa.date32())])
    assert checked.rows.to_pydict() == {"id": [1, None, None, 4], "born": [date(2001, 2, 3), None, None, None]}


def test_erroneous_cells_are_kept_as_text_beside_the_typed_columns():
    (checked,), checker = check(TARGET, batch(**ROWS), on_error=OnError.KEEP)
    assert checker.schema.names == ["id", "born", "kept:id", "kept:born"]
    assert checked.rows.to_pydict() == {
        "id": [1, None, 1, 4],
        "born": [date(2001, 2, 3), date(1999, 1, 1), None, None],
        "kept:id": [None, "x", "1", None],
        "kept:born": [None, "1999-01-01", "soon", None],
    }


def test_erroneous_rows_are_left_out_but_counted():
    (checked,), checker = check(TARGET, batch(**ROWS), on_error=OnError.DROP_ROW)
    assert checked.rows.to_pydict() == {"id": [1, 4], "born": [date(2001, 2, 3), None]}
    assert checker.counts == Counts(total_rows=4, total_cells=8, total_error_cells=4, total_error_rows=2)


def test_a_cell_with_two_findings_is_one_erroneous_cell():
    target = [
        column(column_type="int", validations=[{"type": "LENGTH", "max": 1}, {"type": "REGEX", "pattern": "^[0-9]"}])
    ]
    (checked,), checker = check(target, batch(x=["abc"]))
    assert [finding["code"] for finding in checked.findings.to_pylist()] == ["type.int", "length", "regex"]
    assert checker.counts == Counts(total_rows=1, total_cells=1, total_error_cells=1, total_error_rows=1)


def test_rows_are_numbered_through_all_batches_and_counts_add_up():
    batches = [batch(id=["1", "x"], born=[None, None]), batch(id=[], born=[]), batch(id=["1"], born=["y"])]
    checked, checker = check(TARGET, *batches)
    assert [(f["row"], f["column"]) for each in checked for f in each.findings.to_pylist()] == [
        (2, "id"),
        (3, "id"),
        (3, "born"),
    ]
    assert [each.counts.total_error_cells for each in checked] == [1, 0, 2]
    assert checker.counts == Counts(total_rows=3, total_cells=6, total_error_cells=3, total_error_rows=2)


@pytest.mark.parametrize("on_error", OnError)
def test_a_batch_whose_columns_are_checked_at_once_has_the_same_outcome_as_small_ones(on_error):
    rows = batch(**{key: cells * 3_000 for key, cells in ROWS.items()})
    (whole,), at_once = check(TARGET, rows, on_error=on_error)
    parts, by_parts = check(TARGET, *(rows.slice(start, 3_000) for start in range(0, 12_000, 3_000)), on_error=on_error)
    assert at_once.counts == by_parts.counts
    assert pa.table(whole.findings) == pa.Table.from_batches([part.findings for part in parts])
    assert pa.table(whole.rows) == pa.Table.from_batches([part.rows for part in parts])


@pytest.mark.parametrize(
    ("rows", "columns", "sizes"),
    [
        (0, 3, [0]),
        (10, 3, [10]),
        (75_000, 10, [75_000]),
        (75_001, 10, [37_501, 37_500]),
        (2_000, 2_000, [1_000, 1_000]),
    ],
    ids=["no rows", "a few", "just as many as are checked at once", "one more", "very many columns"],
)
def test_a_large_batch_is_parted_so_that_its_findings_fit_into_memory(rows, columns, sizes):
    number = pa.array(range(rows), pa.int64()).cast(pa.string())
    whole = pa.record_batch([number] * columns, [f"c{place}" for place in range(columns)])

    parts = list(in_parts(whole))

    assert [part.num_rows for part in parts] == sizes
    assert pa.concat_batches(parts).column(0).equals(number)


def test_the_outcome_of_parts_is_that_of_the_whole():
    whole = batch(id=[str(row % 900) for row in range(3_000)], born=["2001-02-03", "soon", None] * 1_000)
    checker, in_slices = Checker(TARGET, OnError.EMPTY), Checker(TARGET, OnError.EMPTY)

    at_once = checker.check(whole)
    parts = [in_slices.check(whole.slice(start, 700)) for start in range(0, 3_000, 700)]

    assert pa.concat_batches([part.rows for part in parts]).equals(at_once.rows)
    assert pa.concat_batches([part.findings for part in parts]).equals(at_once.findings)
    assert in_slices.counts == checker.counts


def test_a_table_without_findings_has_an_empty_table_of_them():
    (checked,), _ = check(TARGET, batch(id=["1"], born=[None]))
    assert checked.findings.schema == FINDINGS
    assert checked.findings.num_rows == 0


def test_a_batch_with_another_number_of_columns_is_a_defect_of_the_caller():
    with pytest.raises(ValueError, match="shorter"):
        Checker(TARGET, OnError.EMPTY).check(batch(id=["1"]))


def test_everything_wrong_with_a_target_is_said_at_once():
    columns = [
        column("a", number_format="1.234,56"),
        column("b", column_type="date", output_format="dd", validations=[{"type": "NO"}]),
        column("c", validations=[{"type": "REGEX", "pattern": "("}, {"type": "LENGTH"}]),
        column("kept:d"),
    ]
    with pytest.raises(InvalidDocument) as refused:
        check_target(columns)
    assert [problem.field for problem in refused.value.problems] == [
        "columns.0.number_format",
        "columns.1.output_format",
        "columns.2.validations.0.pattern",
        "columns.2.validations.1",
        "columns.3.key",
    ]
    assert refused.value.message.startswith(
        "The target data model is not valid: columns.0.number_format: means nothing"
    )


def test_a_target_that_can_be_checked_is_accepted():
    check_target(TARGET)
