"""A deployment with one pipeline over made-up orders, for benchmarks."""

import shutil
from pathlib import Path

from benchmarks.orders import COLUMNS, MAPPINGS
from pipeline_exec.bootstrap import application
from pipeline_exec.model.connector import ConnectorDocument
from pipeline_exec.model.pipeline import PipelineDocument
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.settings import Settings

LARGEST = 16 * 1024**3
"""Bytes of a file: what is measured is beyond what a deployment takes unless it is told otherwise."""


class Deployment:
    """A fresh home, a folder that is read, one that is written, and the pipeline between them."""

    def __init__(self, home: Path, outbox: Path) -> None:
        self.home, self.outbox, self.inbox = home, outbox, home.with_name("inbox")
        for folder in (self.inbox, outbox):
            folder.mkdir(parents=True, exist_ok=True)
        self.layer = application(Settings(home=home, max_file_size=LARGEST))
        self.owner = self.layer.principals.owner()
        self.pipeline = self._pipeline()

    def remove(self) -> None:
        shutil.rmtree(self.home)
        shutil.rmtree(self.outbox)

    def _pipeline(self):
        source = {"path": str(self.inbox), "stable_for_seconds": 0}
        inbox = self._connector("inbox", type="INPUT", trigger_type="TIME_BASE", configuration=source)
        outbox = self._connector("outbox", type="OUTPUT", configuration={"path": str(self.outbox)})
        model = self.layer.target_models.create(
            TargetModelDocument.parse({"name": "orders", "columns": COLUMNS}), self.owner
        )
        configuration = {
            "input_connectors": [inbox.id],
            "output_connectors": [outbox.id],
            "tdm": model.id,
            "mapping_config": {"mappings": MAPPINGS},
            "error_config": {"error_threshold": 100},
        }
        document = PipelineDocument.parse({"name": "orders", "configuration": configuration})
        return self.layer.pipelines.create(document, self.owner)

    def _connector(self, name: str, **document):
        parsed = ConnectorDocument.parse({"name": name, "node_type": "LOCAL", **document})
        return self.layer.connectors.create(parsed, self.owner)
