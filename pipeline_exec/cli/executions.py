"""``executions``: what was executed, how it ended, and putting it right."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline_exec.api.views.execution import ExecutionSummary, ExecutionView
from pipeline_exec.cli.context import Deployment
from pipeline_exec.cli.execution_tables import print_execution, print_executions
from pipeline_exec.cli.findings import print_findings
from pipeline_exec.cli.fixing import cell_edit, changed
from pipeline_exec.cli.output import print_json
from pipeline_exec.cli.pipelines import find_pipeline, pipeline_names
from pipeline_exec.errors import Conflict, NotFound, WriteFileFailure
from pipeline_exec.model.execution import Execution, Status
from pipeline_exec.model.identity import ConfigurationId
from pipeline_exec.model.query import DEFAULT_LIMIT, MAXIMUM_LIMIT, AllOf, Comparison, Operator, Query

if TYPE_CHECKING:
    from pipeline_exec.services.layer import ServiceLayer


@click.group()
def executions() -> None:
    """List executions, look at them, fix and cancel them.

    An execution is named by its id, or by as much of its beginning as no other has.
    """


@executions.command(name="list")
@click.option("--pipeline", help="Only those of this pipeline, by name.")
@click.option("--status", type=click.Choice([str(status) for status in Status], case_sensitive=False))
@click.option(
    "--limit", default=DEFAULT_LIMIT, show_default=True, type=click.IntRange(1, MAXIMUM_LIMIT), help="The newest N."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def list_(deployment: Deployment, pipeline: str | None, status: str | None, limit: int, as_json: bool) -> None:
    """List the newest executions."""
    layer = deployment.layer
    conditions = []
    if pipeline is not None:
        conditions.append(Comparison("pipeline", Operator.EQ, find_pipeline(layer, pipeline).id))
    if status is not None:
        conditions.append(Comparison("status", Operator.EQ, status))
    page = layer.executions.find(Query(condition=AllOf(tuple(conditions)), limit=limit))
    if as_json:
        print_json([ExecutionSummary.of(execution) for execution in page.items])
        return
    print_executions(page.items, pipeline_names(layer, page.items))
    if page.total > len(page.items):
        click.echo(f"The newest {len(page.items)} of {page.total:,}; --limit shows more.", err=True)


@executions.command()
@click.argument("execution_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def show(deployment: Deployment, execution_id: str, as_json: bool) -> None:
    """Show an execution and every run of it."""
    layer = deployment.layer
    execution = find_execution(layer, execution_id)
    logs = layer.executions.logs([execution.id])[execution.id]
    if as_json:
        print_json(ExecutionView.with_logs(execution, logs))
    else:
        print_execution(execution, logs, pipeline_names(layer, [execution]))


@executions.command()
@click.argument("execution_id", metavar="ID")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json", "xlsx"]),
    default="table",
    help="How they are printed; xlsx is a workbook with the erroneous cells coloured and commented.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Where the workbook is written; errors_ID.xlsx here when not given.",
)
@click.pass_obj
def errors(deployment: Deployment, execution_id: str, format_: str, output: Path | None) -> None:
    """Print every erroneous cell, or write them into a workbook."""
    layer = deployment.layer
    execution = find_execution(layer, execution_id)
    if format_ == "xlsx":
        path, name = layer.reports.workbook(execution.id)
        _copy(path, output or Path(name))
        return
    if output is not None:
        raise click.UsageError("--output is for --format xlsx; the others are printed.")
    found = layer.executions.findings(execution.id)
    print_findings(found.rows, format_, found.total)


@executions.command()
@click.argument("execution_id", metavar="ID")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change the configuration: error_config.error_threshold=5. The value is JSON, or text when it is not.",
)
@click.option(
    "--cell",
    "cells",
    multiple=True,
    metavar="ROW:COLUMN=VALUE",
    help="Repair a mapped cell: 3:email=a@b.c",
)
@click.option("--save", is_flag=True, help="Keep the changed configuration for later executions too.")
@click.pass_obj
def fix(
    deployment: Deployment, execution_id: str, settings: tuple[str, ...], cells: tuple[str, ...], save: bool
) -> None:
    """Run an ended execution again from the data already received, with what was wrong put right."""
    edits = [cell_edit(cell) for cell in cells]
    layer = deployment.layer
    execution = find_execution(layer, execution_id)
    configuration = changed(_configuration(layer, execution), settings) if settings else None
    fixed = layer.executions.fix(
        execution.id, layer.principals.owner(), configuration=configuration, cells=edits, save=save
    )
    click.echo(
        f"Execution {fixed.id} is {fixed.status}: run {fixed.log.number}, from its {fixed.log.first_stage} stage."
    )


@executions.command()
@click.argument("execution_id", metavar="ID")
@click.pass_obj
def cancel(deployment: Deployment, execution_id: str) -> None:
    """End an execution that is PROCESSING."""
    layer = deployment.layer
    canceled = layer.executions.cancel(find_execution(layer, execution_id).id, layer.principals.owner())
    click.echo(f"Execution {canceled.id} is canceled.")


def find_execution(layer: ServiceLayer, execution_id: str) -> Execution:
    """The execution with this id, or with the only id that begins so.

    Raises:
        NotFound: there is none.
        Conflict: there are several.
    """
    begins_so = Query(condition=Comparison("id", Operator.STARTS_WITH, execution_id), limit=2)
    found = layer.executions.find(begins_so)
    if found.total > 1:
        raise Conflict(f"{found.total} executions have an id that begins with {execution_id}.", "Give more of it.")
    if not found.items:
        raise NotFound(f"There is no execution {execution_id}.", "See: pipeline-exec executions list.")
    return found.items[0]


def _copy(report: Path, into: Path) -> None:
    try:
        shutil.copyfile(report, into)
    except OSError as error:
        raise WriteFileFailure(
            f"{into} cannot be written: {error.strerror}.", "Name another file with --output."
        ) from error
    click.echo(f"The errors are in {into}.")


def _configuration(layer: ServiceLayer, execution: Execution) -> dict[str, object]:
    with layer.ports.store.reading() as tx:
        stored = tx.pipelines.configuration(ConfigurationId(str(execution.log.configuration_id)))
    return stored.document.to_json()
