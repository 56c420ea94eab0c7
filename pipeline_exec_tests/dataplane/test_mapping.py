import pytest

from pipeline_exec.dataplane.mapping import check_mapping, compile_mapping
from pipeline_exec.errors import InvalidDocument, MappingFailure
from pipeline_exec_tests.dataplane.tables import batch, column, mapping

NOT_MERGED = "several source columns need JOIN, CONCATENATE, COALESCE, ARITHMETIC or SQL as the first transformation"


def chosen(target, source_columns, *mappings, mode="DEFAULT"):
    return dict(compile_mapping(mapping(*mappings, mode=mode), target, source_columns).sources)


def test_an_exact_mapping_fills_only_what_is_mapped():
    mapper = compile_mapping(
        mapping({"source_columns": ["Name"], "target_column": "name"}, mode="EXACT"),
        [column("name"), column("city")],
        ["Name", "city"],
    )
    mapped = mapper.map(batch(Name=["Anna", ""], city=["Rome", "Oslo"]))
    assert mapped.to_pylist() == [{"name": "Anna", "city": None}, {"name": None, "city": None}]
    assert mapper.schema.names == ["name", "city"]
    assert mapper.sources == {"name": ("Name",), "city": ()}


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [
        pytest.param(column("name"), ["Name", "name"], "name", id="the exact key before one in another case"),
        pytest.param(column("first_name"), ["x", "First Name"], "First Name", id="but for case and punctuation"),
        pytest.param(column("x", label="Given name"), ["given-name"], "given-name", id="the label"),
        pytest.param(column("x", label="E-Mail"), ["EMAIL", "E-Mail"], "E-Mail", id="the exact label before one alike"),
        pytest.param(column("x", alternative_matches=["Vorname"]), ["VORNAME"], "VORNAME", id="an alternative match"),
        pytest.param(column("größe"), ["GRÖSSE"], "GRÖSSE", id="letters beyond ASCII"),
        pytest.param(column("x", label="#"), ["*", "#"], "#", id="a label of punctuation matches as it stands only"),
        pytest.param(column("x", label="y"), ["y", "x"], "x", id="the key before the label"),
    ],
)
def test_a_column_without_mapping_is_found_by_its_names(target, source, expected):
    assert chosen([target], source) == {target.key: (expected,)}


def test_a_column_whose_names_are_all_absent_stays_empty():
    target = [column("x", label="?", alternative_matches=["!"]), column("y")]
    assert chosen(target, ["y", "*"]) == {"x": (), "y": ("y",)}


def test_a_source_column_is_found_for_the_better_match_only():
    target = [column("customer", alternative_matches=["id"]), column("id")]
    assert chosen(target, ["ID"]) == {"customer": (), "id": ("ID",)}


def test_a_source_column_mapped_by_the_user_may_be_found_for_another_column():
    joined = {
        "source_columns": ["first", "last"],
        "target_column": "name",
        "transformations": [{"type": "CONCATENATE"}],
    }
    target = [column("name"), column("first"), column("last")]
    assert chosen(target, ["first", "last"], joined) == {
        "name": ("first", "last"),
        "first": ("first",),
        "last": ("last",),
    }


def test_a_mapping_without_source_columns_is_found_too_and_transformed():
    trimmed = {"target_column": "name", "transformations": [{"type": "TRIM"}]}
    mapper = compile_mapping(mapping(trimmed), [column("name")], ["Name"])
    assert mapper.map(batch(Name=[" Anna "])).to_pylist() == [{"name": "Anna"}]


def test_a_constant_needs_no_source_column():
    constant = {"target_column": "name", "transformations": [{"type": "CONSTANT", "value": "c"}]}
    mapper = compile_mapping(mapping(constant), [column("name")], ["name"])
    assert mapper.sources == {"name": ()}
    assert mapper.map(batch(name=["a", None])).to_pylist() == [{"name": "c"}, {"name": "c"}]


def test_of_source_columns_with_the_same_name_the_first_is_taken():
    mapper = compile_mapping(mapping(), [column("a")], ["a", "a"])
    twice = batch(a=["first"], b=["second"]).rename_columns(["a", "a"])
    assert mapper.map(twice).to_pylist() == [{"a": "first"}]


def test_one_source_column_may_fill_several_columns():
    halves = [
        {
            "source_columns": ["name"],
            "target_column": key,
            "transformations": [{"type": "SPLIT", "separator": " ", "part": part}],
        }
        for key, part in (("first", 1), ("last", -1))
    ]
    mapper = compile_mapping(mapping(*halves), [column("first"), column("last")], ["name"])
    assert mapper.map(batch(name=["Anna B. Smith"])).to_pylist() == [{"first": "Anna", "last": "Smith"}]


def test_a_batch_without_rows_is_mapped():
    mapper = compile_mapping(mapping(), [column("a"), column("b")], ["a"])
    assert mapper.map(batch(a=[])).schema == mapper.schema


def test_an_absent_source_column_is_named_with_those_there_are():
    config = mapping({"source_columns": ["Emial"], "target_column": "email"})
    with pytest.raises(MappingFailure) as failed:
        compile_mapping(config, [column("email")], ["Name", "Email"])
    assert failed.value.message == (
        "The source has no column 'Emial' (mapped to 'email'; did you mean 'Email'?); it has 'Name', 'Email'. "
        "Correct the mapping, or the header of the source, and fix the execution."
    )


def test_all_absent_source_columns_are_named_at_once():
    config = mapping(*({"source_columns": [f"{number}" * 3], "target_column": f"x{number}"} for number in range(3)))
    with pytest.raises(MappingFailure) as failed:
        compile_mapping(config, [column(f"x{number}") for number in range(3)], ["111", "other"])
    assert "no column '000' (mapped to 'x0'), '222' (mapped to 'x2'); it has" in failed.value.message


def test_a_source_without_any_column_of_the_target_is_refused_with_both_their_columns():
    with pytest.raises(MappingFailure) as failed:
        compile_mapping(mapping(), [column("customer"), column("amount")], ["foo", "bar"])
    assert failed.value.message == (
        "No column of the source is one of the target's, 'customer', 'amount'; it has 'foo', 'bar'. "
        "Send a file that has them, or name its columns in the pipeline's mapping_config or as alternative_matches in "
        "the target data model, and fix the execution."
    )


def test_a_refusal_names_some_of_very_many_columns():
    target = [column(f"wanted_{number}") for number in range(30)]
    with pytest.raises(MappingFailure, match=r"'wanted_19' and 10 more; it has '0', '1', .*, '19' and 20 more"):
        compile_mapping(mapping(), target, [str(number) for number in range(40)])


def test_transformations_that_make_nothing_of_nothing_do_not_save_an_unrelated_source():
    trimmed = {"target_column": "customer", "transformations": [{"type": "TRIM"}]}
    with pytest.raises(MappingFailure, match="No column of the source"):
        compile_mapping(mapping(trimmed), [column("customer"), column("amount")], ["foo"])


@pytest.mark.parametrize(
    ("transformations", "expected"),
    [
        pytest.param([{"type": "CONSTANT", "value": "c"}], "c", id="a constant"),
        pytest.param([{"type": "CONSTANT", "value": ""}], None, id="a constant that is empty"),
        pytest.param([{"type": "DEFAULT", "value": "d"}], "d", id="a value for empty cells"),
        pytest.param([{"type": "SQL", "expression": "foo || '!'"}], "1!", id="SQL over columns"),
        pytest.param([{"type": "TRIM"}, {"type": "SQL", "expression": "foo"}], "1", id="SQL as the second step"),
        pytest.param([{"type": "SQL", "expression": "coalesce(value, 's')"}], "s", id="SQL over the empty cell"),
        pytest.param([{"type": "ARITHMETIC", "expression": "foo * 2"}], "2", id="arithmetic over columns"),
    ],
)
def test_a_source_is_not_refused_where_one_target_column_needs_none(transformations, expected):
    config = mapping({"target_column": "customer", "transformations": transformations})
    mapper = compile_mapping(config, [column("customer"), column("amount")], ["foo", "bar"])
    assert mapper.map(batch(foo=["1"], bar=["2"])).to_pylist() == [{"customer": expected, "amount": None}]


def test_an_exact_mapping_without_sources_stays_empty():
    assert chosen([column("customer")], ["foo"], mode="EXACT") == {"customer": ()}


def test_long_names_are_said_in_full():
    long_name = "x" * 100
    with pytest.raises(MappingFailure, match=rf"'{long_name}' \(mapped to 'email'\); it has"):
        compile_mapping(mapping({"source_columns": [long_name], "target_column": "email"}), [column("email")], ["a"])


def test_everything_wrong_with_a_mapping_is_said_at_once():
    config = mapping(
        {"source_columns": ["a"], "target_column": "nmae", "transformations": [{"type": "TRIM"}]},
        {"source_columns": ["a", "b"], "target_column": "city"},
        {
            "source_columns": ["a", "b"],
            "target_column": "zip",
            "transformations": [{"type": "TRIM"}, {"type": "COALESCE"}],
        },
        {"source_columns": ["a"], "target_column": "name", "transformations": [{"type": "SPLIT"}]},
    )
    with pytest.raises(InvalidDocument) as refused:
        check_mapping(config, [column("name"), column("city"), column("zip")])
    assert {problem.field.removeprefix("mapping_config."): problem.message for problem in refused.value.problems} == {
        "mappings.0.target_column": "'nmae' is no target column (did you mean name?); there are name, city, zip",
        "mappings.1.source_columns": NOT_MERGED,
        "mappings.2.transformations.1.type": "can only be the first transformation: behind it there is one text",
        "mappings.2.source_columns": NOT_MERGED,
        "mappings.3.transformations.0.separator": "Field required",
        "mappings.3.transformations.0.part": "Field required",
    }
    assert refused.value.message.startswith("The mapping is not valid: mapping_config.mappings.0.target_column: 'nmae'")


def test_a_broken_mapping_is_refused_before_a_source_is_looked_at():
    config = mapping({"source_columns": ["absent"], "target_column": "unknown"})
    with pytest.raises(InvalidDocument):
        compile_mapping(config, [column("name")], [])
