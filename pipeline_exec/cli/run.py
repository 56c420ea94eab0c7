"""``run``: execute a pipeline in the foreground; no service needs to run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipeline_exec.cli.context import Deployment
from pipeline_exec.cli.execution_tables import print_executions, print_failures
from pipeline_exec.errors import ExecutionCanceled, NotFound
from pipeline_exec.model.execution import Execution, ExecutionTrigger, Status
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.ports import RunState
from pipeline_exec.services.layer import ServiceLayer

LOOK_SECONDS = 0.2
"""How often progress is looked at."""


@click.command()
@click.argument("pipeline")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file to execute instead of what waits at the pipeline's source; may be given several times.",
)
@click.pass_obj
def run(deployment: Deployment, pipeline: str, files: Sequence[Path]) -> None:
    """Execute PIPELINE (its name) now, in this process; print how it ended; exit 1 when an execution failed."""
    layer = deployment.layer
    found = _pipeline(layer, pipeline)
    recorded = _recorded(layer, found, files)
    if not recorded:
        click.echo(f"No file is waiting for pipeline {found.name!r}; there is nothing to execute.")
        return
    ended = [_executed(layer, execution) for execution in recorded]
    ended += [_executed(layer, execution) for execution in _beside(layer, ended)]
    print_executions(ended, {found.id: found.name})
    print_failures(ended)
    if any(execution.status is not Status.SUCCESSFUL for execution in ended):
        raise SystemExit(1)


def _pipeline(layer: ServiceLayer, name: str) -> Pipeline:
    with layer.ports.store.reading() as tx:
        pipeline = tx.pipelines.named(name) or tx.pipelines.by_slug(name)
        known = [each.name for each in tx.pipelines.active()]
    if pipeline is None:
        raise NotFound(f"There is no pipeline {name!r}.", f"There are: {', '.join(known) or 'none yet'}.")
    return pipeline


def _recorded(layer: ServiceLayer, pipeline: Pipeline, files: Sequence[Path]) -> Sequence[Execution]:
    owner = layer.principals.owner()
    if not files:
        return layer.executions.record(pipeline, ExecutionTrigger.MANUAL, owner, None)
    return [execution for file in files for execution in layer.ingestion.record_file(pipeline, file, owner)]


def _beside(layer: ServiceLayer, ended: Sequence[Execution]) -> Sequence[Execution]:
    """The other files of archives that a source answered with only when an execution asked it."""
    known = {execution.id for execution in ended}
    found = {other.id: other for execution in ended for other in layer.executions.of_archive(execution)}
    return [other for other in found.values() if other.id not in known]


def _executed(layer: ServiceLayer, execution: Execution) -> Execution:
    """Execute one, or wait for a worker of a running service that was faster."""
    with _progress(layer, execution):
        if layer.lifecycle.claim(execution.log.id):
            layer.ports.engine.execute(execution, layer.lifecycle.job(execution))
            _end_interrupted(layer, execution)
        while not (now := layer.executions.get(execution.id)).is_finished:
            time.sleep(LOOK_SECONDS)
    return now


def _end_interrupted(layer: ServiceLayer, execution: Execution) -> None:
    """End an attempt whose run Ctrl-C ended beneath it, since no service may be there to notice.

    Raises:
        KeyboardInterrupt: it was so.
    """
    run_id = execution.log.run_id
    if layer.ports.engine.states([run_id]).get(run_id) not in (RunState.FAILED, RunState.CANCELED):
        return
    error = ExecutionCanceled("The command that executed it was interrupted.", "Fix the execution to run it again.")
    if layer.lifecycle.fail(execution.id, execution.log.id, error) is not None:
        raise KeyboardInterrupt


@contextmanager
def _progress(layer: ServiceLayer, execution: Execution) -> Iterator[None]:
    """Stage and rows on the terminal while the block runs; nothing where there is no terminal."""
    console = Console(stderr=True)
    name = escape(execution.source.name if execution.source else execution.id)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(name)
        over = threading.Event()

        def look() -> None:
            while not over.wait(LOOK_SECONDS):
                progress = layer.executions.get(execution.id).progress
                if progress is not None:
                    bar.update(task, description=f"{name}: {progress.stage}, {progress.rows:,} rows")

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
