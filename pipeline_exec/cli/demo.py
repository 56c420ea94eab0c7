"""``demo``: run the examples on a service, and check how they end."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from pipeline_exec.cli.context import Deployment


@click.command()
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the service is.")
@click.option("--key", help="An API key of the organisation; without one a service is started for the demo alone.")
@click.option(
    "--examples",
    default="examples",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the examples and their expectations.yaml.",
)
@click.option("--patience", default=180.0, show_default=True, help="Seconds in which all executions must have ended.")
@click.pass_context
def demo(context: click.Context, address: str, key: str | None, examples: Path, patience: float) -> None:
    """Run every example and print how its executions ended.

    Exits with 0 only if each ended as examples/expectations.yaml says it must. Without --key a service is started in a
    fresh home, and stopped at the end; with it, the running service must have the home given here, since files are put
    into folders below it.
    """
    deployment: Deployment = context.obj
    if key is not None:
        is_as_expected = run_demo(deployment, address, key, examples, patience)
    else:
        is_as_expected = _run_alone(deployment, examples, patience)
    if not is_as_expected:
        context.exit(1)


def _run_alone(deployment: Deployment, examples: Path, patience: float) -> bool:
    from pipeline_exec.cli.service import Service

    with tempfile.TemporaryDirectory(prefix="pipeline-exec-demo-") as home:
        settings = deployment.settings.model_copy(update={"home": Path(home), "port": 0})
        click.echo("Starting a service for the demo ...")
        service = Service(settings, click.echo)
        with service.running():
            own = Deployment(lambda _: service.layer, Path(home))
            return run_demo(own, service.address, service.issue_key("demo"), examples, patience)


def run_demo(deployment: Deployment, address: str, key: str, examples: Path, patience: float) -> bool:
    """Apply the examples, run them all, and print the table; whether all ended as they must.

    Applying undoes what the fix of an earlier demo changed.

    Args:
        deployment: The deployment that is served; its home takes the files.
        address: Of the running service.
        key: An API key.
        examples: The folder of the examples.
        patience: Seconds in which all executions must have ended.

    Raises:
        Unavailable: the service does not answer, or an execution did not end in time.
    """
    from pipeline_exec.cli.example_runs import ExampleRuns
    from pipeline_exec.cli.example_tables import print_outcomes
    from pipeline_exec.cli.examples import EXPECTATIONS, read_examples
    from pipeline_exec.cli.rest_client import RestClient

    expected = read_examples(examples / EXPECTATIONS)
    deployment.apply(deployment.layer, examples)
    with RestClient.opened(address, key) as client:
        outcomes = ExampleRuns(client, examples, deployment.settings.home.absolute(), patience).run(expected)
    print_outcomes(outcomes)
    return not any(outcome.differences for outcome in outcomes)
