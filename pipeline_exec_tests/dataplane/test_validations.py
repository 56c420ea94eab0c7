import pytest

from pipeline_exec.dataplane.checking import check_target
from pipeline_exec.dataplane.validations import VALIDATIONS
from pipeline_exec.errors import InvalidDocument
from pipeline_exec_tests.dataplane.cases import cases
from pipeline_exec_tests.dataplane.tables import batch, check, column


@pytest.mark.parametrize("case", cases("validations"))
def test_a_validation_finds_what_its_fixture_says(case):
    cells = [cell for cell, _ in case["cells"]]
    (checked,), _ = check([column(**case["column"])], batch(x=cells))
    found = [{} for _ in cells]
    for finding in checked.findings.to_pylist():
        assert finding["value"] == cells[finding["row"] - 1]
        found[finding["row"] - 1][finding["code"]] = finding["message"]
    assert found == [expected or {} for _, expected in case["cells"]]


def test_every_validation_has_a_fixture():
    shown = {
        validation["type"]
        for folder in ("validations", "row_validations")
        for case in cases(folder)
        for column_ in case.values[0].get("columns", [case.values[0].get("column")])
        for validation in column_.get("validations", [])
    }
    # Those have tests of their own, with a server to ask.
    assert shown == set(VALIDATIONS) - {"WEBHOOK"}


@pytest.mark.parametrize("case", cases("row_validations"))
def test_a_validation_of_several_columns_finds_what_its_fixture_says(case):
    keys = [each["key"] for each in case["columns"]]
    rows = [list(map(str_or_none, row[: len(keys)])) for row in case["rows"]]
    cells = dict(zip(keys, map(list, zip(*rows, strict=True)), strict=True))
    (checked,), _ = check([column(**each) for each in case["columns"]], batch(**cells))
    found = [{} for _ in rows]
    for finding in checked.findings.to_pylist():
        found[finding["row"] - 1][f"{finding['column']} {finding['code']}"] = finding["message"]
    assert found == [(row[len(keys) :] or [{}])[0] for row in case["rows"]]


def str_or_none(cell):
    return None if cell is None else str(cell)


@pytest.mark.parametrize(
    ("attributes", "validation", "field", "message"),
    [
        pytest.param(
            {},
            {"type": "MINI"},
            "type",
            "'MINI' is no validation (did you mean MIN?); there are COMPARE",
            id="a typing mistake",
        ),
        pytest.param({}, {"type": "REGEX"}, "pattern", "Field required", id="a missing argument"),
        pytest.param({}, {"type": "REGEX", "pattern": "("}, "pattern", "missing )", id="a broken pattern"),
        pytest.param(
            {},
            {"type": "REGEX", "pattern": "a", "flags": "i"},
            "flags",
            "is not a known attribute",
            id="a surplus argument",
        ),
        pytest.param(
            {},
            {"type": "MIN", "value": 5},
            "type",
            "MIN is for numbers and dates, not for a column of type string",
            id="minimum of a string",
        ),
        pytest.param(
            {"column_type": "int"},
            {"type": "MAX", "value": "five"},
            "value",
            "'five' is not a whole number like 1234.",
            id="maximum that is no number",
        ),
        pytest.param(
            {"column_type": "date"},
            {"type": "MIN", "value": "2024-02-31"},
            "value",
            "'2024-02-31' is not a date",
            id="minimum that is no date",
        ),
        pytest.param(
            {"column_type": "int"},
            {"type": "ONE_OF", "values": [1, "x"]},
            "values",
            "'x' is not a whole number like 1234.",
            id="one value of another type",
        ),
        pytest.param({}, {"type": "ONE_OF", "values": []}, "values", "needs at least 1", id="no values"),
        pytest.param({}, {"type": "LENGTH"}, "", "LENGTH needs min, max or both", id="no length"),
        pytest.param(
            {}, {"type": "LENGTH", "min": 5, "max": 4}, "", "min must not be greater than max", id="no possible length"
        ),
        pytest.param(
            {},
            {"type": "REQUIRED_WITH", "columns": ["okay"]},
            "columns",
            "'okay' is no column (did you mean ok?); there are ok, x",
            id="a column that is not there",
        ),
        pytest.param(
            {}, {"type": "UNIQUE", "columns": ["x"]}, "columns", "must name other columns", id="its own column"
        ),
        pytest.param(
            {},
            {"type": "REQUIRED_WITHOUT", "columns": ["ok"], "match": "SOME"},
            "match",
            "'ANY' or 'ALL'",
            id="neither any nor all",
        ),
        pytest.param(
            {}, {"type": "COMPARE", "operator": "eq"}, "", "either a column or a value", id="nothing to compare"
        ),
        pytest.param(
            {},
            {"type": "COMPARE", "operator": "lt", "column": "ok"},
            "operator",
            "lt is for numbers and dates, not for a column of type string",
            id="an order of texts",
        ),
        pytest.param(
            {"column_type": "int"},
            {"type": "COMPARE", "operator": "eq", "column": "ok"},
            "column",
            "int and string cannot be compared",
            id="unlike types",
        ),
        pytest.param(
            {"column_type": "date"},
            {"type": "COMPARE", "operator": "lt", "value": "soon"},
            "value",
            "'soon' is not a date",
            id="a value that is no date",
        ),
        pytest.param(
            {}, {"type": "SQL", "expression": "nothing = 1"}, "expression", "names 'nothing'", id="SQL of no column"
        ),
        pytest.param(
            {"column_type": "int"},
            {"type": "SQL", "expression": "x + 1"},
            "expression",
            "true or false",
            id="SQL that is no condition",
        ),
        pytest.param(
            {},
            {"type": "WEBHOOK", "connector": "c", "columns": ["y"]},
            "columns",
            "'y' is no column",
            id="no such column to send",
        ),
        pytest.param(
            {},
            {"type": "UNIQUE", "message": "m" * 501},
            "message",
            "not have more than 500 characters",
            id="an endless message",
        ),
    ],
)
def test_wrong_arguments_are_refused_by_their_path(attributes, validation, field, message):
    with pytest.raises(InvalidDocument) as refused:
        check_target([column("ok"), column(validations=[{"type": "UNIQUE"}, validation], **attributes)])
    (problem,) = refused.value.problems
    assert problem.field == ".".join(filter(None, ("columns.1.validations.1", field)))
    assert message in problem.message


def bounds(**by_type):
    return [{"type": kind, "value": value} for kind, values in by_type.items() for value in values]


def lengths(*pairs):
    return [{"type": "LENGTH", "min": low, "max": high} for low, high in pairs]


@pytest.mark.parametrize(
    ("kind", "validations", "message"),
    [
        pytest.param("int", bounds(MIN=[10], MAX=[9]), "MIN 10 is above MAX 9", id="numbers"),
        pytest.param("decimal", bounds(MAX=["0.1"], MIN=["0.100000001"]), "MIN 0.100000001 is above", id="MAX first"),
        pytest.param("date", bounds(MIN=["2024-03-01"], MAX=["2024-02-29"]), "MAX 2024-02-29: no value", id="dates"),
        pytest.param("time", bounds(MIN=["10:00"], MAX=["09:59:59"]), "MIN 10:00 is above MAX 09:59:59", id="times"),
        pytest.param("int", bounds(MIN=[1, 7, 3], MAX=[8, 5, 6]), "MIN 7 is above MAX 5", id="the narrowest"),
        pytest.param("string", lengths((5, None), (0, 3)), "5 characters or more, and for 3 or fewer", id="lengths"),
    ],
)
def test_bounds_that_leave_nothing_between_them_are_refused(kind, validations, message):
    with pytest.raises(InvalidDocument) as refused:
        check_target([column("ok"), column(column_type=kind, validations=validations)])
    (problem,) = refused.value.problems
    assert problem.field == "columns.1.validations"
    assert message in problem.message


@pytest.mark.parametrize(
    ("kind", "validations"),
    [
        pytest.param("decimal", bounds(MIN=["0.10"], MAX=["0.1"]), id="one value"),
        pytest.param("int", bounds(MIN=[1, 2]), id="two smallest and no greatest"),
        pytest.param("string", lengths((2, 2), (0, 2)), id="one length"),
        pytest.param("string", lengths((None, 5), (None, 3)), id="two greatest lengths"),
        pytest.param("int", [*bounds(MIN=[10]), *lengths((None, 1))], id="bounds of other things"),
    ],
)
def test_bounds_that_leave_something_are_taken(kind, validations):
    check_target([column(column_type=kind, validations=validations)])


def test_long_values_are_cut_in_messages_and_whole_in_findings():
    (checked,), _ = check([column(validations=[{"type": "ONE_OF", "values": ["a"]}])], batch(x=["b" * 1000]))
    (finding,) = checked.findings.to_pylist()
    assert finding["value"] == "b" * 1000
    assert finding["message"] == f"Must be one of a; it is '{'b' * 60}…'."
