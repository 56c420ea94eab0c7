import pytest

from pipeline_exec.dataplane.checking import check_target
from pipeline_exec.dataplane.points import POINT_COLUMNS, compile_points
from pipeline_exec.errors import MappingFailure
from pipeline_exec_tests.dataplane.tables import batch, check


def test_each_value_of_each_row_is_a_point():
    mapper = compile_points("time", ["kWh", "m3"], ["m3", "time", "kWh"])
    mapped = mapper.map(batch(m3=["1", ""], time=["2024-01-01", "2024-01-02"], kWh=["10", "20"]))
    assert mapped.schema == mapper.schema
    assert [tuple(point.values()) for point in mapped.to_pylist()] == [
        ("2024-01-01", "10", "kWh"),
        ("2024-01-01", "1", "m3"),
        ("2024-01-02", "20", "kWh"),
        ("2024-01-02", None, "m3"),
    ]
    assert mapper.sources == {"x": ("time",), "y": ("kWh", "m3"), "series": ()}


def test_points_are_checked_as_timestamps_and_numbers():
    check_target(POINT_COLUMNS)
    mapper = compile_points("t", ["v"], ["t", "v"])
    (checked,), _ = check(POINT_COLUMNS, mapper.map(batch(t=["2024-01-01T10:00", "yesterday"], v=["1.5", None])))
    assert [(finding["row"], finding["code"]) for finding in checked.findings.to_pylist()] == [
        (2, "type.timestamp"),
        (2, "required"),
    ]


def test_a_batch_without_rows_has_no_points():
    assert compile_points("t", ["v"], ["t", "v"]).map(batch(t=[], v=[])).num_rows == 0


def test_absent_columns_are_named_with_those_there_are():
    with pytest.raises(MappingFailure) as failed:
        compile_points("time", ["kWh", "m3"], ["Time", "kWh"])
    assert failed.value.message == (
        "The source has no column 'time', 'm3'; it has 'Time', 'kWh'. "
        "Name its time and value columns in the wrapper's source_config."
    )
