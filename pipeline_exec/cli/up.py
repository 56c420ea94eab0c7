"""``up``: the whole service under one supervisor."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from pipeline_exec.cli.context import Deployment
from pipeline_exec.cli.service import Service


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 for any free one.  [default: 8000]")
@click.option(
    "--apply",
    "documents",
    type=click.Path(exists=True, path_type=Path),
    help="Documents to apply when the home is new.",
)
@click.pass_obj
def up(deployment: Deployment, host: str | None, port: int | None, documents: Path | None) -> None:
    """Start the API with the Dagster UI in it, the daemon, the code server and the workers; Ctrl-C stops them all."""
    given = {"host": host, "port": port}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = deployment.settings.model_copy(update=chosen)
    service = Service(settings, click.echo)
    is_new = service.is_new
    if is_new and documents is not None:
        deployment.apply(service.layer, documents)
    with suppress(KeyboardInterrupt), service.running():
        _introduce(service, is_new=is_new)
        service.watch()
    click.echo("Stopped.")


def _introduce(service: Service, *, is_new: bool) -> None:
    address = service.address
    click.echo(f"REST API      {address}/dp/api/v1/   (described at {address}/docs)")
    click.echo(f"GraphQL       {address}/graphql")
    click.echo(f"Dagster UI    {address}/dagster")
    click.echo(f"Log in with   {service.login_link()}   (once, within 15 minutes)")
    if is_new:
        click.echo(f"Admin key     {service.issue_key('admin')}   (shown only now)")
    click.echo("Executions are told here as they end. Ctrl-C stops the service.")
