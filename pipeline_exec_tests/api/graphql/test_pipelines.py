"""Pipelines: made, read back as they were written, changed and deleted."""

import pytest

from pipeline_exec_tests.api.graphql.pipelines import (
    CREATE_PIPELINE,
    Folders,
    create_pipeline,
    pipeline_input,
    surroundings,
)
from pipeline_exec_tests.builders import a_pipeline, an_execution

WHOLE = """
query ($id: ID!) {
  pipeline(id: $id) {
    name slug active createdBy { name }
    configuration {
      readOptions { format headerRow sheet recordPath delimiter quote encoding }
      mappingConfig { mode mappings { sourceColumns targetColumn transformations } }
      errorConfig { errorThreshold onError }
      scheduleConfig { frequency interval startsOn endsOn timezone cron }
      outputOptions { fileName fileExtension delimiter quote encoding }
      developerMode
      targetColumns { key }
      inputConnectors { id }
      outputConnectors { id }
      tdm { id name }
    }
  }
}
"""

UPDATE = """
mutation ($id: ID!, $input: PipelineInput!) {
  updatePipeline(id: $id, input: $input) {
    __typename
    ... on Pipeline { name slug active configuration { id } }
    ... on Problem { message }
    ... on ValidationProblem { errors { field } }
  }
}
"""

DELETE = """
mutation ($id: ID!) {
  deletePipeline(id: $id) { __typename ... on Deleted { id } ... on Problem { message } }
}
"""

CONFIGURATION = {
    "readOptions": {
        "format": "csv",
        "headerRow": 2,
        "sheet": None,
        "recordPath": None,
        "delimiter": ";",
        "quote": '"',
        "encoding": "utf-8",
    },
    "mappingConfig": {
        "mode": "EXACT",
        "mappings": [
            {
                "sourceColumns": ["Name"],
                "targetColumn": "name",
                "transformations": [{"type": "TRIM"}, {"type": "CASE", "to": "upper"}],
            }
        ],
    },
    "errorConfig": {"errorThreshold": 2.5, "onError": "DROP_ROW"},
    "scheduleConfig": {
        "frequency": "WEEKLY",
        "interval": 2,
        "startsOn": "2030-01-07T06:00:00",
        "endsOn": None,
        "timezone": "Europe/Berlin",
        "cron": None,
    },
    "outputOptions": {
        "fileName": "{source_stem}_{date}",
        "fileExtension": "csv",
        "delimiter": ",",
        "quote": '"',
        "encoding": "utf-8",
    },
    "developerMode": True,
}


@pytest.fixture
def ids(graph, tmp_path):
    return surroundings(graph, Folders(tmp_path))


def test_a_pipeline_is_read_as_it_was_written(graph, ids):
    made = create_pipeline(graph, ids, **CONFIGURATION)
    assert (made["name"], made["slug"], made["active"]) == ("Animals, daily", "animals_daily", True)
    assert graph.engine.refreshes == 1

    shown = graph.ask(WHOLE, id=made["id"])["pipeline"]
    configuration = shown["configuration"]
    assert shown["createdBy"] == {"name": "Ada"}
    assert configuration.pop("inputConnectors") == [{"id": ids["source"]}]
    assert configuration.pop("outputConnectors") == [{"id": ids["sink"]}]
    assert configuration.pop("tdm") == {"id": ids["model"], "name": "animals"}
    assert configuration.pop("targetColumns") == [{"key": "name"}, {"key": "age"}, {"key": "kind"}]
    assert configuration == CONFIGURATION


def test_what_is_left_out_has_its_default(graph, ids):
    made = create_pipeline(graph, ids)
    configuration = graph.ask(WHOLE, id=made["id"])["pipeline"]["configuration"]
    assert configuration["errorConfig"] == {"errorThreshold": 0.0, "onError": "EMPTY"}
    assert configuration["readOptions"]["headerRow"] == "auto"
    assert configuration["scheduleConfig"] is None


def test_a_change_makes_a_new_configuration_and_the_old_one_is_remembered(graph, ids):
    made = create_pipeline(graph, ids)
    changed = pipeline_input(ids, name="Animals", developerMode=True)
    updated = graph.ask(UPDATE, id=made["id"], input=changed)["updatePipeline"]
    assert (updated["name"], updated["slug"]) == ("Animals", "animals_daily")

    asked = """
    query ($id: ID!, $after: String) {
      pipelineConfigurations(pipelineId: $id, first: 1, after: $after) {
        totalCount nodes { id developerMode createdBy { name } } pageInfo { endCursor }
      }
    }
    """
    newest = graph.ask(asked, id=made["id"])["pipelineConfigurations"]
    oldest = graph.ask(asked, id=made["id"], after=newest["pageInfo"]["endCursor"])["pipelineConfigurations"]
    assert newest["totalCount"] == oldest["totalCount"] == 2
    assert newest["nodes"] + oldest["nodes"] == [
        {"id": updated["configuration"]["id"], "developerMode": True, "createdBy": {"name": "Ada"}},
        {"id": made["configuration"]["id"], "developerMode": False, "createdBy": {"name": "Ada"}},
    ]


def test_a_name_that_is_taken_is_a_typed_problem(graph, ids):
    create_pipeline(graph, ids)
    assert create_pipeline(graph, ids)["__typename"] == "ConflictProblem"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"tdm": "nothing"}, "configuration.tdm", id="no such model"),
        pytest.param({"inputConnectors": ["nothing"]}, "configuration.inputConnectors.0", id="no such connector"),
        pytest.param({"inputConnectors": []}, "configuration.inputConnectors", id="no connector"),
        pytest.param({"errorConfig": {"errorThreshold": -1}}, "configuration.errorConfig.errorThreshold", id="nested"),
        pytest.param(
            {"mappingConfig": {"mappings": [{"targetColumn": "size"}]}},
            "configuration.mappingConfig.mappings.0.targetColumn",
            id="in a list",
        ),
        pytest.param(
            {"mappingConfig": {"mappings": [{"targetColumn": "age", "transformations": [{"type": "CASE"}]}]}},
            "configuration.mappingConfig.mappings.0.transformations.0.to",
            id="in JSON",
        ),
        pytest.param({"readOptions": {"format": None}}, "configuration.readOptions.format", id="null"),
        pytest.param({"readOptions": {"format": "doc"}}, "configuration.readOptions.format", id="no input format"),
        pytest.param(
            {"outputOptions": {"fileExtension": "doc"}},
            "configuration.outputOptions.fileExtension",
            id="no output format",
        ),
        pytest.param({"scheduleConfig": {"cron": "often"}}, "configuration.scheduleConfig.cron", id="no cron"),
    ],
)
def test_what_is_not_valid_is_named_as_the_schema_does(graph, ids, change, field):
    problem = create_pipeline(graph, ids, **change)
    assert problem["__typename"] == "ValidationProblem"
    assert [error["field"] for error in problem["errors"]] == [field]
    assert "_" not in problem["message"]


def test_a_pipeline_without_a_name_is_a_typed_problem(graph, ids):
    problem = graph.ask(CREATE_PIPELINE, input=pipeline_input(ids, name=""))["createPipeline"]
    assert [error["field"] for error in problem["errors"]] == ["name"]


def test_a_pipeline_can_be_deleted_once(graph, ids):
    made = create_pipeline(graph, ids)
    assert graph.ask(DELETE, id=made["id"])["deletePipeline"] == {"__typename": "Deleted", "id": made["id"]}
    assert graph.ask(DELETE, id=made["id"])["deletePipeline"]["__typename"] == "NotFoundProblem"
    assert graph.ask(UPDATE, id=made["id"], input=pipeline_input(ids))["updatePipeline"]["__typename"] == (
        "NotFoundProblem"
    )


def test_a_pipeline_that_is_executed_cannot_be_deleted(graph):
    pipeline = graph.store(a_pipeline())
    graph.store(an_execution(pipeline))
    assert graph.ask(DELETE, id=pipeline.id)["deletePipeline"]["__typename"] == "ConflictProblem"
