import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.mapping import check_mapping, compile_mapping
from pipeline_exec.dataplane.transformations import TRANSFORMATIONS
from pipeline_exec.errors import InvalidDocument, MappingFailure
from pipeline_exec_tests.dataplane.cases import FIXTURES, cases
from pipeline_exec_tests.dataplane.tables import batch, column, mapping, texts


def mapped(transformations, *columns):
    """What becomes of source columns, whatever batch they come in."""
    names = [f"source_{number}" for number in range(len(columns))]
    config = mapping({"source_columns": names, "target_column": "x", "transformations": transformations}, mode="EXACT")
    mapper = compile_mapping(config, [column()], names)
    return mapper.map(batch(**dict(zip(names, columns, strict=True)))).column("x").to_pylist()


@pytest.mark.parametrize("case", cases("transformations"))
def test_a_transformation_makes_of_each_cell_what_its_fixture_says(case):
    rows = case.get("rows") or [[[cell], expected] for cell, expected in case["cells"]]
    columns = list(zip(*(cells for cells, _ in rows), strict=True))
    assert mapped([case["transformation"]], *columns) == [expected for _, expected in rows]


def test_every_transformation_has_a_fixture():
    shown = {case.values[0]["transformation"]["type"] for case in cases("transformations")}
    assert shown == set(TRANSFORMATIONS) - {"PLUGIN"}, "what plug-ins do is for their own tests to show"
    assert FIXTURES.is_dir()


def test_transformations_work_in_the_order_given():
    steps = [
        {"type": "TRIM"},
        {"type": "SPLIT", "separator": " ", "part": 2},
        {"type": "DEFAULT", "value": "none"},
        {"type": "CASE", "to": "upper"},
    ]
    assert mapped(steps, [" a b ", "a", None]) == ["B", "NONE", "NONE"]


def test_a_step_sees_what_became_empty_as_empty():
    assert mapped([{"type": "TRIM"}, {"type": "DEFAULT", "value": "?"}], ["  "]) == ["?"]


def test_merged_columns_are_transformed_further():
    steps = [{"type": "JOIN", "separator": " "}, {"type": "CASE", "to": "title"}]
    assert mapped(steps, ["anna"], ["smith"]) == ["Anna Smith"]


@pytest.mark.parametrize(
    ("transformation", "field", "message"),
    [
        pytest.param({"type": "TRM"}, "type", "'TRM' is no transformation (did you mean TRIM?)", id="a typing mistake"),
        pytest.param({"type": "trim"}, "type", "did you mean TRIM?", id="lower case"),
        pytest.param({"type": "TRIM", "left": True}, "left", "is not a known attribute", id="a surplus argument"),
        pytest.param({"type": "CASE"}, "to", "Field required", id="a missing argument"),
        pytest.param({"type": "CASE", "to": "camel"}, "to", "'upper', 'lower' or 'title'", id="a wrong choice"),
        pytest.param(
            {"type": "REPLACE", "old": "", "new": "x"}, "old", "at least 1 character", id="nothing to replace"
        ),
        pytest.param({"type": "SPLIT", "separator": "-", "part": 0}, "part", "there is no part 0", id="part zero"),
        pytest.param(
            {"type": "SPLIT", "separator": "-", "part": 10**30},
            "part",
            "less than or equal",
            id="a part too far",
        ),
        pytest.param({"type": "DATE", "formats": []}, "formats", "needs at least 1", id="no date format"),
        pytest.param(
            {"type": "DATE", "formats": ["dd.mm"]}, "formats.0", "'dd', which is not known", id="a wrong token"
        ),
        pytest.param({"type": "NUMBER", "decimal": ",", "thousands": ","}, "", "must differ", id="equal separators"),
        pytest.param({"type": "NUMBER", "decimal": "5"}, "", "cannot separate", id="a digit as separator"),
        pytest.param({"type": "REGEX_EXTRACT", "pattern": "(a"}, "pattern", "missing )", id="a broken pattern"),
        pytest.param({"type": "REGEX_EXTRACT", "pattern": "a(?=b)"}, "pattern", "as RE2 reads it", id="a look-ahead"),
        pytest.param(
            {"type": "REGEX_EXTRACT", "pattern": "(a)", "group": 2},
            "",
            "has no such group: it has 1",
            id="no such group",
        ),
        pytest.param(
            {"type": "REGEX_REPLACE", "pattern": "a", "replacement": "\\1"},
            "",
            "has no such group: it has 0",
            id="no group at all",
        ),
        pytest.param(
            {"type": "REGEX_REPLACE", "pattern": "(a)", "replacement": "C:\\"},
            "",
            "written twice",
            id="half a backslash",
        ),
        pytest.param({"type": "REGEX_EXTRACT", "pattern": r"\Qa"}, "", r"ends its \Q", id="a quotation without end"),
        pytest.param({"type": "OPTION_MAPPING", "options": {}}, "options", "needs at least 1", id="no options"),
        pytest.param(
            {"type": "ARITHMETIC", "expression": "a +"}, "expression", "the formula ends too early", id="half a formula"
        ),
        pytest.param(
            {"type": "ARITHMETIC", "expression": "a", "decimal": ",", "thousands": ","},
            "",
            "must differ",
            id="equal separators of a formula",
        ),
        pytest.param({"type": "LOOKUP"}, "", "needs values, or a connector", id="no table"),
        pytest.param(
            {"type": "LOOKUP", "connector": "c", "key": "k"}, "", "needs values, or a connector", id="half a table"
        ),
        pytest.param({"type": "LOOKUP", "values": {"a": "b"}, "connector": "c"}, "", "not both", id="two tables"),
        pytest.param({"type": "PLUGIN", "name": "absent"}, "name", "is no plug-in of this deployment", id="no plug-in"),
    ],
)
def test_wrong_arguments_are_refused_by_their_path(transformation, field, message):
    config = mapping({"source_columns": ["a"], "target_column": "x", "transformations": [transformation]})
    with pytest.raises(InvalidDocument) as refused:
        check_mapping(config, [column()])
    (problem,) = refused.value.problems
    assert problem.field == ".".join(filter(None, ("mapping_config.mappings.0.transformations.0", field)))
    assert message in problem.message
    assert message.rstrip(".") in refused.value.message
    assert ".." not in refused.value.message


def test_an_outcome_that_arrow_cannot_hold_is_a_failure_of_the_mapping():
    step = {"type": "REPLACE", "old": "a", "new": "b" * 60_000}
    with pytest.raises(MappingFailure, match="transformations of column 'x' cannot be evaluated"):
        mapped([step], ["a" * 60_000])


def test_strings_of_every_arrow_type_are_mapped():
    mapper = compile_mapping(mapping(), [column()], ["x"])
    for kind in (pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())):
        source = pa.RecordBatch.from_arrays([texts("a", "", None).cast(kind)], names=["x"])
        assert mapper.map(source).column("x").equals(texts("a", None, None))


@given(st.lists(st.none() | st.text(" \u00a0\u0085\u3000\t\x1c!~ae\u00e9", min_size=1, max_size=4), max_size=6))
def test_whatever_the_cells_trimmed_are_those_of_python(cells):
    assert mapped([{"type": "TRIM"}], cells) == [cell and (cell.strip() or None) for cell in cells]


def test_a_refusal_ends_with_one_full_stop():
    with pytest.raises(InvalidDocument) as refused:
        TRANSFORMATIONS["DATE"].parse({"formats": ["dd.mm"]})
    assert refused.value.message.endswith("[brackets].")
