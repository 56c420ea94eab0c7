"""A pipeline that was made through the graph: from one folder to another, by way of a model of three columns."""

from __future__ import annotations

from pathlib import Path

CREATE = """
mutation ($source: ConnectorInput!, $sink: ConnectorInput!, $model: TargetDataModelInput!) {
  source: createConnector(input: $source) { ... on Connector { id } ... on Problem { message } }
  sink: createConnector(input: $sink) { ... on Connector { id } ... on Problem { message } }
  model: createTargetDataModel(input: $model) { ... on TargetDataModel { id } ... on Problem { message } }
}
"""

CREATE_PIPELINE = """
mutation ($input: PipelineInput!) {
  createPipeline(input: $input) {
    __typename
    ... on Pipeline { id name slug active configuration { id } }
    ... on Problem { message }
    ... on ValidationProblem { errors { field message } }
  }
}
"""

EXECUTE = """
mutation ($id: ID!, $key: String) {
  createExecution(pipelineId: $id, idempotencyKey: $key) {
    __typename
    ... on CreatedExecutions { executions { id status triggerType pipeline { name } createdBy { name } } }
    ... on Problem { message }
    ... on ValidationProblem { errors { field } }
  }
}
"""

COLUMNS = [
    {"key": "name", "required": True},
    {"key": "age", "columnType": "INT"},
    {"key": "kind", "columnType": "CATEGORY", "options": [{"label": "Cat", "value": "cat"}]},
]


class Folders:
    """The folder files are put into, and the one results come out of."""

    def __init__(self, at: Path) -> None:
        self.source, self.sink = at / "in", at / "out"
        self.source.mkdir()
        self.sink.mkdir()

    def put(self, name, text="name,age,kind\nTom,3,Cat\nKit,,Cat\n"):
        (self.source / name).write_text(text)

    @property
    def results(self):
        return sorted(path.read_text() for path in self.sink.iterdir())


def surroundings(graph, folders):
    """The ids of a source, a sink and a model."""
    made = graph.ask(
        CREATE,
        source={
            "name": "from a folder",
            "type": "INPUT",
            "nodeType": "LOCAL",
            "triggerType": "TIME_BASE",
            "configuration": {"path": str(folders.source), "stable_for_seconds": 0},
        },
        sink={
            "name": "to a folder",
            "type": "OUTPUT",
            "nodeType": "LOCAL",
            "configuration": {"path": str(folders.sink)},
        },
        model={"name": "animals", "columns": COLUMNS},
    )
    return {name: noun["id"] for name, noun in made.items()}


def pipeline_input(ids, name="Animals, daily", **configuration):
    return {
        "name": name,
        "configuration": {
            "inputConnectors": [ids["source"]],
            "outputConnectors": [ids["sink"]],
            "tdm": ids["model"],
            **configuration,
        },
    }


def create_pipeline(graph, ids, **more):
    return graph.ask(CREATE_PIPELINE, input=pipeline_input(ids, **more))["createPipeline"]
