"""Running examples on a service, through its REST APIs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pipeline_exec.cli.examples import Drop, Ending, Example, Fix, Outcome, Push
from pipeline_exec.cli.rest_client import RestClient
from pipeline_exec.errors import NotFound, Unavailable
from pipeline_exec.model.execution import ExecutionTrigger, Status

LOOK_SECONDS = 0.2
"""How often a running execution is looked at."""


@dataclass(frozen=True)
class ExampleRuns:
    """Runs examples on a service."""

    client: RestClient
    folder: Path
    """Of the examples."""
    home: Path
    """Of the service."""
    patience: float
    """Seconds in which all must have ended."""

    def run(self, examples: Sequence[Example]) -> list[Outcome]:
        """Start all of them, then wait for each, fixing those that are to be fixed."""
        deadline = time.monotonic() + self.patience
        started = {example.name: self._start(example, deadline) for example in examples if example.pipeline}
        outcomes: list[Outcome] = []
        for example in examples:
            if example.wrapper:
                outcomes.append(self._wrapper(example))
            else:
                outcomes += self._ended(example, started[example.name], deadline)
        return outcomes

    def _start(self, example: Example, deadline: float) -> str:
        """The id of the execution that an example's start leads to."""
        pipeline = self._found("pipeline", example.name)
        before = {execution["id"] for execution in self._executions(pipeline)}
        match example.start:
            case Drop(drop=file, into=into):
                _place(self.folder / file, self.home / into)
                return self._arrived(pipeline, before, deadline)
            case Push(push=file, to=connector_name):
                path, connector = self.folder / file, self._found("connector", connector_name)
                made = self.client.push(connector["id"], path.name, path.read_bytes(), "application/json")
            case _:
                # Where an earlier demo took the file already, nothing is made: its execution stands for this one.
                made = self.client.execute(pipeline["id"]) or self._executions(pipeline)
        return str(made[0]["id"])

    def _arrived(self, pipeline: dict[str, Any], before: set[str], deadline: float) -> str:
        while not (new := [each["id"] for each in self._executions(pipeline) if each["id"] not in before]):
            _wait(deadline, f"pipeline {pipeline['name']!r} has not noticed its file")
        return str(new[0])

    def _ended(self, example: Example, execution_id: str, deadline: float) -> list[Outcome]:
        execution = self._finished(execution_id, deadline)
        if example.fix is not None and execution["status"] == Status.FAILED:
            self.client.fix(execution_id, self._change(example.fix, execution))
            execution = self._finished(execution_id, deadline)
        # Runs that an engine repeated by itself, or an earlier demo made, come before those expected here.
        logs = execution["logs"][-len(example.ends) :]
        return [
            Outcome(example.name, log["type"], expected, _ending(execution, log), log["duration"])
            if log is not None
            else Outcome(example.name, "FIX", expected, None, None)
            for expected, log in zip_longest(example.ends, logs)
        ]

    def _finished(self, execution_id: str, deadline: float) -> dict[str, Any]:
        while (execution := self.client.execution(execution_id))["status"] == Status.PROCESSING:
            _wait(deadline, f"execution {execution_id} is still PROCESSING")
        return execution

    def _change(self, fix: Fix, execution: dict[str, Any]) -> dict[str, object]:
        """The body of a fix: the pipeline's mapping with that of one column changed."""
        pipeline = self.client.listed("pipeline", {"id": execution["pipeline"]})[0]
        mapping_config = pipeline["configuration"]["mapping_config"]
        target = fix.mapping["target_column"]
        mappings = [
            {**mapping, **fix.mapping} if mapping["target_column"] == target else mapping
            for mapping in mapping_config["mappings"]
        ]
        return {"configuration": {"mapping_config": {**mapping_config, "mappings": mappings}}, "save": fix.save}

    def _wrapper(self, example: Example) -> Outcome:
        wrappers = [wrapper for wrapper in self.client.wrappers() if wrapper["name"] == example.wrapper]
        if not wrappers:
            raise NotFound(f"The service has no wrapper {example.wrapper!r}.", "Apply the examples first.")
        began = time.monotonic()
        answer = self.client.execute_wrapper(wrappers[0]["wrapper_id"])
        status = Status.SUCCESSFUL if answer["success"] else Status.FAILED
        ended = Ending(status=status, trigger=ExecutionTrigger.MANUAL, rows=answer["data_points_sent"])
        return Outcome(example.name, "CREATE", example.ends[0], ended, round((time.monotonic() - began) * 1000))

    def _found(self, noun: str, name: str) -> dict[str, Any]:
        found = self.client.named(noun, name)
        if found is None:
            raise NotFound(f"The service has no {noun} {name!r}.", "Apply the examples first.")
        return found

    def _executions(self, pipeline: dict[str, Any]) -> list[dict[str, Any]]:
        return self.client.listed("execution", {"pipeline": pipeline["id"]})


def _place(file: Path, folder: Path) -> None:
    """Copy a file as it should be done: it gets its name when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{file.name}.part"
    shutil.copyfile(file, unfinished)
    unfinished.replace(folder / file.name)


def _ending(execution: dict[str, Any], log: dict[str, Any]) -> Ending:
    data, error = log["data"], log.get("error") or {}
    return Ending(
        status=log["status"],
        error=error.get("type"),
        trigger=execution["trigger_type"],
        rows=data["total_rows"],
        cells=data["total_cells"],
        error_cells=data["total_error_cells"],
        error_rows=data["total_error_rows"],
    )


def _wait(deadline: float, otherwise: str) -> None:
    if time.monotonic() > deadline:
        raise Unavailable(f"The demo took too long: {otherwise}.", "Look at the service's logs, or be more patient.")
    time.sleep(LOOK_SECONDS)
