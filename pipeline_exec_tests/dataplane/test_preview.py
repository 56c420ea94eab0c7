from datetime import date

import pyarrow as pa

from pipeline_exec.dataplane.marks import MISSING, SURPLUS
from pipeline_exec.dataplane.preview import preview_table
from pipeline_exec_tests.dataplane.tables import batch


def test_the_first_rows_are_a_markdown_table():
    assert preview_table(batch(name=["Anna", None, "Carl"], city=["Rome", "Oslo", "Bonn"]), rows=2) == (
        "| name | city |\n| --- | --- |\n| Anna | Rome |\n|  | Oslo |"
    )


def test_marks_of_irregular_rows_are_not_shown():
    marked = pa.RecordBatch.from_arrays(
        [pa.array(["Ada"]), pa.array([[1]], pa.list_(pa.int32())), pa.array([None], pa.string())],
        names=["name", MISSING, SURPLUS],
    )
    assert preview_table(marked) == "| name |\n| --- |\n| Ada |"


def test_cells_cannot_break_the_table():
    assert preview_table(batch(**{"a|b": ["c|d\ne\r\nf \\"]})).splitlines() == [
        "| a\\|b |",
        "| --- |",
        "| c\\|d e f \\\\ |",
    ]


def test_long_cells_are_cut():
    assert preview_table(batch(a=["x" * 61])).endswith(f"| {'x' * 60}… |")


def test_typed_columns_are_shown_as_text():
    typed = pa.RecordBatch.from_pydict({"n": [1, None], "d": [date(2024, 1, 2), None]})
    assert preview_table(typed).splitlines()[2:] == ["| 1 | 2024-01-02 |", "|  |  |"]


def test_a_table_without_rows_has_its_header():
    assert preview_table(batch(a=[])) == "| a |\n| --- |"
