"""A whole service layer for tests: real store, staging, formats and folders, and an engine that waits to be told."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from pipeline_exec.connectors.registry import kinds
from pipeline_exec.errors import Unavailable
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.connector import ConnectorDocument
from pipeline_exec.model.execution import Execution, ExecutionTrigger
from pipeline_exec.model.pipeline import PipelineDocument
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.model.wrapper import WrapperDocument
from pipeline_exec.services.layer import Ports, service_layer
from pipeline_exec.settings import Settings
from pipeline_exec.store.staging import LocalStaging
from pipeline_exec.store.vault import FernetVault
from pipeline_exec_tests.builders import NOON
from pipeline_exec_tests.inline_engine import InlineEngine

PEOPLE = ({"key": "name", "required": True}, {"key": "age", "column_type": "int"})
ADA = "name,age\nAda,36\n"
GRACE = "name,age\nGrace,85\n"
BAD_AGE = "name,age\nAda,36\nGrace,old\n"
"""One of four cells is erroneous."""
POINTS = "time,value\n2024-05-01T10:00:00Z,1.5\n2024-05-01T09:00:00Z,2\n"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = NOON):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += timedelta(seconds=seconds)


class PatientEngine(InlineEngine):
    """Runs what was launched when a test says so; what has become of a run is what the test says."""

    def __init__(self):
        super().__init__()
        self.paused = True
        self.known = {}
        self.launched = []
        self.abandoned = []
        self.is_away = False

    def launch(self, execution, job):
        if self.is_away:
            raise Unavailable("The broker does not answer.")
        self.launched.append((execution.log.run_id, job))
        super().launch(execution, job)

    def run_all(self):
        """Run what was launched, one after the other, in this thread."""
        while self._waiting:
            self._run(self._waiting.pop(0))

    def states(self, run_ids):
        return {run_id: self.known[run_id] for run_id in run_ids if run_id in self.known}

    def abandon(self, run_id, reason):
        self.abandoned.append((run_id, reason))


class Workshop:
    """The service layer, its folders, and short words for what tests do with it."""

    def __init__(self, store, place, *, settings=(), **ports):
        """In an empty folder; other ports take the place of the real ones."""
        self.clock = Clock()
        self.engine = PatientEngine()
        self.place = place
        settings = Settings(home=place / "home", retry_wait_seconds=0.0, retry_attempts=2, **dict(settings))
        real = {
            "store": store,
            "staging": LocalStaging(settings.home / "staging"),
            "vault": FernetVault.of(settings),
            "kinds": kinds(settings),
            "formats": FORMATS,
            "engine": self.engine,
            "clock": self.clock,
        }
        self.layer = service_layer(settings, Ports(**{**real, **ports}))
        self.engine.layer = self.layer
        self.caller = self.layer.principals.owner()

    def folder(self, name):
        folder = self.place / name
        folder.mkdir(exist_ok=True)
        return folder

    def connector(self, name, *, type="INPUT", node_type="LOCAL", trigger_type=None, **configuration):
        return self.layer.connectors.create(
            connector_document(name, type=type, node_type=node_type, trigger_type=trigger_type, **configuration),
            self.caller,
        )

    def input(self, name="inbox", *, trigger_type="EVENT_BASE", **configuration):
        configuration = {"path": str(self.folder(name)), "stable_for_seconds": 0, **configuration}
        return self.connector(name, trigger_type=trigger_type, **configuration)

    def output(self, name="outbox", **configuration):
        return self.connector(name, type="OUTPUT", **{"path": str(self.folder(name)), **configuration})

    def model(self, name="people", columns=PEOPLE):
        return self.layer.target_models.create(model_document(name, columns), self.caller)

    def pipeline(self, name="import", *, input=None, outputs=None, model=None, active=True, **configuration):
        """A pipeline; connectors and model are made when none are given."""
        document = pipeline_document(
            name,
            input=input or self.input(),
            outputs=outputs or [self.output()],
            model=model or self.model(),
            active=active,
            **configuration,
        )
        return self.layer.pipelines.create(document, self.caller)

    def wrapper(self, name="sensor", *, source=None, destination=None, source_type="CSV"):
        """A wrapper over an upload, that sends to a folder when nothing else is said."""
        source = source or {"file_id": self.upload().id, "time_column": "time", "value_columns": ["value"]}
        inline = {"node_type": "LOCAL", "configuration": {"path": str(self.folder("points"))}}
        document = wrapper_document(name, source, destination or inline, source_type)
        return self.layer.wrappers.create(document, self.caller)

    def upload(self, name="points.csv", text=POINTS):
        return self.layer.wrappers.upload(name, lambda into: into.write(text.encode()))

    def execution_of(self, wrapper):
        """A new execution of a wrapper, not recorded yet."""
        return Execution.new(
            trigger=ExecutionTrigger.MANUAL, caller=self.caller, at=self.clock(), wrapper_id=wrapper.id
        )

    def drop(self, name="ada.csv", text=ADA, *, folder="inbox", age=3600):
        """A file whose sender finished it ``age`` seconds ago."""
        path = self.folder(folder) / name
        path.write_text(text)
        at = self.clock.now.timestamp() - age
        os.utime(path, (at, at))
        return path

    def collect(self, pipeline, trigger=ExecutionTrigger.EVENT, **more):
        return self.layer.arrivals.collect(pipeline, trigger, self.caller, **more)

    def execute(self, pipeline, **more):
        """Ask for the pipeline's executions, run them, and answer how they ended."""
        asked = self.layer.executions.create(pipeline.id, self.caller, **more)
        self.engine.run_all()
        return [self.look(execution) for execution in asked]

    def fix(self, execution, **more):
        """Fix an execution, run it, and answer how it ended."""
        self.layer.executions.fix(execution.id, self.caller, **more)
        self.engine.run_all()
        return self.look(execution)

    def look(self, execution):
        """The execution as it is now."""
        with self.layer.ports.store.reading() as tx:
            return tx.executions.get(execution.id)

    def logs(self, execution):
        return self.layer.executions.logs([execution.id])[execution.id]

    def sent(self, folder="outbox"):
        """What lies in a folder, by name."""
        return {path.name: path.read_text() for path in sorted(self.folder(folder).iterdir()) if path.is_file()}


def wrapper_document(name, source, destination, source_type="CSV"):
    return WrapperDocument.parse(
        {"name": name, "source_type": source_type, "source_config": source, "destination": destination}
    )


def connector_document(name, *, type="INPUT", node_type="LOCAL", trigger_type=None, **configuration):
    return ConnectorDocument.parse(
        {
            "name": name,
            "type": type,
            "node_type": node_type,
            "trigger_type": trigger_type or ("EVENT_BASE" if type == "INPUT" else None),
            "configuration": configuration,
        }
    )


def model_document(name="people", columns=PEOPLE):
    return TargetModelDocument.parse({"name": name, "columns": list(columns)})


def pipeline_document(name, *, input, outputs, model, active=True, **configuration):
    return PipelineDocument.parse(
        {
            "name": name,
            "active": active,
            "configuration": {
                "input_connectors": [input.id],
                "output_connectors": [output.id for output in outputs],
                "tdm": model.id,
                **configuration,
            },
        }
    )
