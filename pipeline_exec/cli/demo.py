"""``demo``: run the examples on a running service, and check how they end."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline_exec.cli.context import Deployment


@click.command()
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the service is.")
@click.option("--key", required=True, help="An API key of the organisation.")
@click.option(
    "--examples",
    default="examples",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the examples and their expectations.yaml.",
)
@click.option("--patience", default=180.0, show_default=True, help="Seconds in which all executions must have ended.")
@click.pass_context
def demo(context: click.Context, address: str, key: str, examples: Path, patience: float) -> None:
    """Run every example on a running service and print how its executions ended.

    Exits with 0 only if each ended as examples/expectations.yaml says it must. The service must have the home given
    here, since files are put into folders below it.
    """
    deployment: Deployment = context.obj
    if not run_demo(deployment, address, key, examples, patience):
        context.exit(1)


def run_demo(deployment: Deployment, address: str, key: str, examples: Path, patience: float = 180.0) -> bool:
    """Apply the examples where that was not done, run them all, and print the table; whether all ended as they must.

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
    from pipeline_exec.cli.examples import read_examples
    from pipeline_exec.cli.rest_client import RestClient

    expected = read_examples(examples / "expectations.yaml")
    with RestClient.opened(address, key) as client:
        runs = ExampleRuns(client, examples, deployment.settings.home.absolute(), patience)
        if not runs.are_applied(expected):
            deployment.apply(deployment.layer, examples)
        outcomes = runs.run(expected)
    print_outcomes(outcomes)
    return all(outcome.is_as_expected for outcome in outcomes)
