"""Lookups: values of another connector's table, read once for a run, and a connector that knows it is needed."""

import pytest

from pipeline_exec.errors import Conflict, ErrorType, InvalidDocument
from pipeline_exec.model.pipeline import PipelineDocument
from pipeline_exec.services.documents import Declaration, Origin

PEOPLE = "name,age\nAda,DE\nGrace,XX\n"
COUNTRIES = "code,country\nDE,Germany\nUS,United States\nDE,Deutschland\n"
TEXTS = ({"key": "name"}, {"key": "age"})


def looked_up(connector, **arguments):
    """A mapping whose column ``age`` is looked up."""
    step = {"type": "LOOKUP", "connector": connector, "key": "code", "value": "country", **arguments}
    return {"mappings": [{"source_columns": ["age"], "target_column": "age", "transformations": [step]}]}


@pytest.fixture
def countries(workshop):
    return workshop.input("countries", trigger_type="TIME_BASE")


@pytest.fixture
def pipeline(workshop, countries):
    return workshop.pipeline(model=workshop.model(columns=TEXTS), mapping_config=looked_up(countries.id))


def put(workshop, text=COUNTRIES, name="countries.csv", age=3600):
    return workshop.drop(name, text, folder="countries", age=age)


def test_texts_become_what_the_table_of_a_connector_says(workshop, pipeline):
    put(workshop)
    workshop.drop(text=PEOPLE)
    (ended,) = workshop.execute(pipeline)
    assert ended.failure is None
    assert list(workshop.sent().values()) == ["name,age\nAda,Germany\nGrace,XX\n"]


def test_of_several_files_the_newest_is_the_table(workshop, pipeline):
    put(workshop, age=7200)
    put(workshop, "code,country\nDE,Allemagne\n", name="a.csv", age=60)
    workshop.drop(text=PEOPLE)
    workshop.execute(pipeline)
    assert list(workshop.sent().values()) == ["name,age\nAda,Allemagne\nGrace,XX\n"]


def test_a_fix_repeats_what_was_looked_up(workshop, pipeline):
    table = put(workshop)
    workshop.drop(text=PEOPLE)
    (ended,) = workshop.execute(pipeline)
    table.unlink()
    assert workshop.fix(ended, cells=[]).failure is None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param(None, "The table of connector 'countries' cannot be read: There is no file", id="no file"),
        pytest.param("", "The table of connector 'countries' cannot be read: ", id="an empty file"),
        pytest.param("kode,country\nDE,x\n", "the lookup names 'code', which is no column", id="another header"),
    ],
)
def test_a_table_that_cannot_be_used_is_a_failure_of_the_mapping(workshop, pipeline, table, message):
    if table is not None:
        put(workshop, table)
    workshop.drop(text=PEOPLE)
    (ended,) = workshop.execute(pipeline)
    assert ended.failure.type is ErrorType.MAPPING_FAILURE
    assert message in ended.failure.message


def test_a_preview_looks_values_up_too(workshop, pipeline):
    put(workshop)
    path = workshop.drop(text=PEOPLE)
    preview = workshop.layer.previews.look(path, "people.csv", pipeline.configuration.document.read_options, pipeline)
    assert preview.rows.column("age").to_pylist() == ["Germany", "XX"]


def test_a_connector_in_which_values_are_looked_up_cannot_be_deleted(workshop, countries, pipeline):
    with pytest.raises(Conflict, match="the pipeline 'import'"):
        workshop.layer.connectors.delete(countries.id)
    document = PipelineDocument.parse(
        {
            "name": "import",
            "configuration": {**pipeline.configuration.document.to_json(), "mapping_config": {}},
        }
    )
    workshop.layer.pipelines.update(pipeline.id, document, workshop.caller)
    workshop.layer.connectors.delete(countries.id)


def test_a_lookup_does_not_make_a_pipeline_execute_when_its_table_changes(workshop, pipeline, countries):
    with workshop.layer.ports.store.reading() as tx:
        assert tx.pipelines.fed_by(countries.id) == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda workshop: "absent", "there is no connector 'absent'", id="no connector"),
        pytest.param(
            lambda workshop: workshop.output("other").id, "is none that can be asked for a table", id="an output"
        ),
        pytest.param(
            lambda workshop: workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE").id,
            "is none that can be asked for a table",
            id="a door of ours",
        ),
    ],
)
def test_a_connector_that_gives_no_table_is_refused_by_its_path(workshop, make, message):
    with pytest.raises(InvalidDocument) as refused:
        workshop.pipeline(mapping_config=looked_up(make(workshop)))
    (problem,) = refused.value.problems
    assert problem.field == "configuration.mapping_config.mappings.0.transformations.0.connector"
    assert message in problem.message


def test_documents_name_the_connector(workshop, pipeline, countries):
    exported = workshop.layer.exports.export(with_files=False)
    (document,) = exported.documents["Pipeline"]
    (step,) = document["configuration"]["mapping_config"]["mappings"][0]["transformations"]
    assert step["connector"] == "countries"
    declared = [
        Declaration(str(kind), str(body["name"]), {key: value for key, value in body.items() if key != "kind"}, HERE)
        for kind, bodies in exported.documents.items()
        for body in bodies
    ]
    applied = list(workshop.layer.documents.apply(declared, workshop.caller))
    assert {str(each.change) for each in applied} == {"unchanged"}


HERE = Origin("documents.yaml", {})
