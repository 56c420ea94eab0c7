import math

import pytest

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.connector import ConnectorDocument
from pipeline_exec.model.document import Document
from pipeline_exec.model.mapping import ColumnMapping
from pipeline_exec.model.pipeline import PipelineConfiguration, PipelineDocument
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.model.wrapper import CsvSource, WrapperDocument

CONFIGURATION = {"input_connectors": ["in"], "output_connectors": ["out"], "tdm": "model"}
CONNECTOR = {"name": "inbox", "type": "INPUT", "node_type": "LOCAL", "trigger_type": "EVENT_BASE"}
WRAPPER = {"name": "w", "source_type": "CSV", "source_config": {}, "destination": {"connector_id": "out"}}


def problems(document_type, raw, **more):
    with pytest.raises(InvalidDocument) as caught:
        document_type.parse(raw, **more)
    return {problem.field: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("document_type", "raw", "field"),
    [
        (ConnectorDocument, {**CONNECTOR, "pattern": "*"}, "pattern"),
        (ConnectorDocument, {**CONNECTOR, "permissions": {"levels": "PUBLIC"}}, "permissions.levels"),
        (TargetModelDocument, {"name": "m", "columns": [{"key": "a"}, {"key": "b", "typ": "int"}]}, "columns.1.typ"),
        (
            TargetModelDocument,
            {"name": "m", "columns": [{"key": "a", "options": [{"label": "x", "value": "y", "z": 1}]}]},
            "columns.0.options.0.z",
        ),
        (
            PipelineDocument,
            {"name": "p", "configuration": {**CONFIGURATION, "threshold": 1}},
            "configuration.threshold",
        ),
        (
            PipelineDocument,
            {"name": "p", "configuration": {**CONFIGURATION, "error_config": {"error_treshold": 1}}},
            "configuration.error_config.error_treshold",
        ),
        (
            PipelineConfiguration,
            {**CONFIGURATION, "mapping_config": {"mappings": [{"target_column": "a", "source": "b"}]}},
            "mapping_config.mappings.0.source",
        ),
        (WrapperDocument, {**WRAPPER, "status": "pending"}, "status"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unknown_attribute_is_refused_by_its_path(document_type, raw, field):
    assert problems(document_type, raw) == {field: "is not a known attribute"}


@pytest.mark.parametrize(
    ("document_type", "raw", "field", "message"),
    [
        pytest.param(
            ConnectorDocument,
            {**CONNECTOR, "trigger_type": None},
            "",
            "an INPUT connector needs a trigger_type: EVENT_BASE or TIME_BASE",
            id="an input without a trigger",
        ),
        pytest.param(
            ConnectorDocument,
            {**CONNECTOR, "type": "OUTPUT"},
            "",
            "an OUTPUT connector has no trigger_type; leave it out",
            id="an output with a trigger",
        ),
        pytest.param(
            PipelineConfiguration,
            {**CONFIGURATION, "input_connectors": ["a", "b"]},
            "input_connectors",
            "takes at most 1",
            id="two inputs",
        ),
        pytest.param(
            PipelineConfiguration,
            {**CONFIGURATION, "output_connectors": []},
            "output_connectors",
            "needs at least 1",
            id="no output",
        ),
        pytest.param(
            PipelineConfiguration,
            {**CONFIGURATION, "output_connectors": "a"},
            "output_connectors",
            "is not a list",
            id="one in place of several",
        ),
        pytest.param(
            PipelineConfiguration,
            {**CONFIGURATION, "error_config": 5},
            "error_config",
            "is not an object with attributes",
            id="a number in place of an object",
        ),
        pytest.param(
            PipelineConfiguration,
            {**CONFIGURATION, "error_config": {"error_threshold": 101}},
            "error_config.error_threshold",
            "Input should be less than or equal to 100",
            id="a threshold above 100 percent",
        ),
        pytest.param(
            PipelineConfiguration,
            {**CONFIGURATION, "mapping_config": {"mappings": [{"target_column": "a"}, {"target_column": "a"}]}},
            "mapping_config",
            "each target column takes one mapping; mapped more than once: a",
            id="a target mapped twice",
        ),
        pytest.param(
            PipelineConfiguration,
            {**CONFIGURATION, "output_options": {"file_name": "{folder}/x"}},
            "output_options.file_name",
            "there is no {folder}; a file name can have {pipeline} {source_stem} {execution_id} {date} {time}",
            id="an unknown placeholder",
        ),
        pytest.param(
            TargetModelDocument,
            {"name": "m", "columns": [{"key": "b"}, {"key": "a"}, {"key": "a"}, {"key": "b"}]},
            "",
            "column keys must be unique; used more than once: a, b",
            id="a column twice",
        ),
        pytest.param(
            TargetModelDocument,
            {"name": "m", "columns": [{"key": "a", "column_type": "category"}]},
            "columns.0",
            "a category column needs options",
            id="a category without options",
        ),
        pytest.param(
            CsvSource,
            {"time_column": "t", "value_columns": ["v"], "file_id": "1", "location": "/data/a.csv"},
            "",
            "give either a file_id or a location",
            id="an upload and a location",
        ),
        pytest.param(
            WrapperDocument,
            {**WRAPPER, "destination": {}},
            "destination",
            "give either a connector_id or a node_type with its configuration",
            id="a destination that is none",
        ),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(document_type, raw, field, message):
    assert problems(document_type, raw) == {field: message}


def test_a_part_of_a_document_is_named_as_its_author_knows_it():
    assert problems(PipelineConfiguration, {**CONFIGURATION, "tdm": 1}, at="configuration") == {
        "configuration.tdm": "Input should be a valid string"
    }


@pytest.mark.parametrize("raw", [None, [], "text", 7], ids=repr)
def test_what_is_no_object_is_refused(raw):
    assert list(problems(PipelineDocument, raw)) == [""]


def test_the_message_names_the_first_five_problems():
    columns = [{"key": "a", f"x{number}": 1} for number in range(7)]

    with pytest.raises(InvalidDocument) as caught:
        TargetModelDocument.parse({"name": "m", "columns": columns})

    assert caught.value.what.count("is not a known attribute") == 5
    assert caught.value.what.endswith("(and 2 more).")
    assert len(caught.value.problems) == 7


def test_a_problem_of_the_whole_document_is_named_as_such():
    with pytest.raises(InvalidDocument, match=r"document: give either a frequency|document: an INPUT connector"):
        ConnectorDocument.parse({**CONNECTOR, "trigger_type": None})


def test_a_refusal_never_repeats_what_was_sent():
    class Login(Document):
        attempts: int

    with pytest.raises(InvalidDocument) as caught:
        Login.parse({"attempts": "hunter2"})

    assert "hunter2" not in str(caught.value) + repr(caught.value.problems)


def test_a_document_is_frozen():
    document = ConnectorDocument.parse(CONNECTOR)

    with pytest.raises(ValueError, match="frozen"):
        document.name = "other"


def test_transformations_and_validations_keep_their_arguments():
    model = TargetModelDocument.parse(
        {"name": "m", "columns": [{"key": "a", "validations": [{"type": "MIN", "value": 3, "message": "too small"}]}]}
    )
    validation = model.columns[0].validations[0]

    assert (validation.type, validation.message, validation.arguments) == ("MIN", "too small", {"value": 3})
    assert TargetModelDocument.parse(model.to_json()) == model


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param({"source_columns": ["\ud800"], "target_column": "a"}, id="in a list"),
        pytest.param({"source_columns": [], "target_column": "x\udfff"}, id="in a text"),
    ],
)
def test_half_a_character_is_refused(raw):
    with pytest.raises(InvalidDocument, match="holds half a character"):
        ColumnMapping.parse(raw)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan], ids=repr)
def test_a_number_that_json_does_not_have_is_refused(number):
    class Measured(Document):
        value: float

    assert problems(Measured, {"value": number}) == {"value": "Input should be a finite number"}


def test_a_problem_is_a_path_and_a_sentence():
    with pytest.raises(InvalidDocument) as caught:
        TargetModelDocument.parse({"name": "", "columns": [{"key": "a"}]})

    assert caught.value.problems == (FieldProblem("name", "String should have at least 1 character"),)
