"""A whole service layer with Dagster as its engine, over a fresh home, and a pipeline from folder to folder."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline_exec.bootstrap import application
from pipeline_exec.model.connector import ConnectorDocument
from pipeline_exec.model.pipeline import PipelineDocument
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.settings import Settings


@dataclass
class Folders:
    """A service layer and the folders its pipelines read and write."""

    layer: ServiceLayer
    inbox: Path
    outbox: Path

    @property
    def owner(self):
        return self.layer.principals.owner()

    @property
    def engine(self):
        return self.layer.ports.engine

    @property
    def instance(self):
        return self.engine.instance

    def pipeline(self, name="Orders", trigger="EVENT_BASE", **configuration):
        """A pipeline of two columns, ``id`` (int, required) and ``name``."""
        source = self.layer.connectors.create(
            ConnectorDocument.parse(
                {
                    "name": f"{name} inbox",
                    "type": "INPUT",
                    "node_type": "LOCAL",
                    "trigger_type": trigger,
                    "configuration": {"path": str(self.inbox), "poll_seconds": 1, "stable_for_seconds": 0},
                }
            ),
            self.owner,
        )
        sink = self.layer.connectors.create(
            ConnectorDocument.parse(
                {
                    "name": f"{name} outbox",
                    "type": "OUTPUT",
                    "node_type": "LOCAL",
                    "configuration": {"path": str(self.outbox)},
                }
            ),
            self.owner,
        )
        model = self.layer.target_models.create(
            TargetModelDocument.parse(
                {
                    "name": f"{name} model",
                    "columns": [{"key": "id", "column_type": "int", "required": True}, {"key": "name"}],
                }
            ),
            self.owner,
        )
        return self.layer.pipelines.create(
            PipelineDocument.parse(
                {
                    "name": name,
                    "configuration": {
                        "input_connectors": [source.id],
                        "output_connectors": [sink.id],
                        "tdm": model.id,
                        **configuration,
                    },
                }
            ),
            self.owner,
        )

    def drop(self, name, text="id,name\n1,Ada\n2,Grace\n"):
        """Put a file into the inbox."""
        path = self.inbox / name
        path.write_text(text)
        return path

    def execute(self, execution):
        """Execute an attempt's run in this process and answer how the execution stands after it."""
        assert self.layer.lifecycle.claim(execution.log.id)
        self.engine.execute(execution, self.layer.lifecycle.job(execution))
        return self.layer.executions.get(execution.id)

    def written(self):
        """The texts in the outbox."""
        return sorted(path.read_text() for path in self.outbox.iterdir() if not path.name.startswith("."))


@pytest.fixture
def folders(tmp_path) -> Folders:
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    inbox.mkdir()
    outbox.mkdir()
    return Folders(application(Settings(home=tmp_path / "home")), inbox, outbox)
