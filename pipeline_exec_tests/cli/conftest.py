"""The command line in process, over an inline layer on a real home."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline_exec.cli import main
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec_tests.inline_engine import InlineEngine, inline_layer


@dataclass
class CommandLine:
    """A shell whose ``pipeline-exec`` works on one home."""

    home: Path
    layer: ServiceLayer
    engine: InlineEngine

    def run(self, *arguments, exit_code=0) -> Result:
        """What a command prints; its exit code is as expected, and there is never a stack trace."""
        result = CliRunner().invoke(main, [str(argument) for argument in arguments], obj=lambda _: self.layer)
        assert result.exit_code == exit_code, result.output
        assert "Traceback" not in result.output
        return result

    def execute(self, name):
        """Execute a pipeline to its end; answer its one execution."""
        with self.layer.ports.store.reading() as tx:
            pipeline = tx.pipelines.named(name)
        (made,) = self.layer.executions.create(pipeline.id, self.layer.principals.owner())
        self.engine.wait()
        return self.layer.executions.get(made.id)


@pytest.fixture
def command_line(tmp_path):
    layer, engine = inline_layer(tmp_path / "home", allow_private_addresses=True)
    yield CommandLine(tmp_path / "home", layer, engine)
    engine.wait()


class Terminal(io.StringIO):
    """A stream somebody looks at."""

    def isatty(self):
        return True


ORDERS = """
kind: TargetDataModel
name: order
columns:
  - {key: number, required: true, unique: true}
  - {key: amount, column_type: float}
---
kind: Connector
name: orders-in
type: INPUT
node_type: LOCAL
trigger_type: TIME_BASE
configuration: {path: inbox, stable_for_seconds: 0}
---
kind: Connector
name: orders-out
type: OUTPUT
node_type: LOCAL
configuration: {path: outbox}
---
kind: Pipeline
name: orders
configuration:
  input_connectors: [orders-in]
  output_connectors: [orders-out]
  tdm: order
"""


@pytest.fixture
def orders(command_line, tmp_path):
    """A folder with the documents of a pipeline, applied, and its inbox."""
    folder = tmp_path / "documents"
    (folder / "inbox").mkdir(parents=True)
    (folder / "orders.yaml").write_text(ORDERS)
    command_line.run("apply", "-f", folder)
    return folder
