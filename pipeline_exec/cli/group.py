"""The group of all sub-commands: each is imported when it is used, so that help is shown at once."""

from __future__ import annotations

import importlib
import traceback
from typing import Any

import click

from pipeline_exec.cli.context import Deployment, application, home_option, with_home
from pipeline_exec.errors import InvalidDocument, PipelineExecError

COMMANDS = {
    "up": "Start the whole service.",
    "serve": "Run one part of the service, for production.",
    "apply": "Create or update what YAML documents declare.",
    "export": "Write everything down as YAML documents.",
    "run": "Execute a pipeline in the foreground.",
    "preview": "Show how a file would be read, mapped and checked.",
    "parse": "Turn any supported file into a clean CSV.",
    "executions": "List, show, fix and cancel executions.",
    "keys": "Make, list and revoke API keys.",
    "doctor": "Check the deployment; say what is wrong and how to mend it.",
    "demo": "Run the examples on a running service and check how they end.",
}
"""What each sub-command does in one line. ``up`` is the function ``up`` of the module ``pipeline_exec.cli.up``."""


class Commands(click.Group):
    """Loads sub-commands on first use, and turns errors into a sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # an override's signature
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        """Import a sub-command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pipeline_exec.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return with_home(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # likewise
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the sub-command; what goes wrong is said in a sentence or two on stderr, with exit code 1."""
        try:
            return super().invoke(ctx)
        except PipelineExecError as error:
            fail(error)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001  # a person at a terminal is not to see a stack trace unasked
            if ctx.params["debug"]:
                traceback.print_exc()
            fail(PipelineExecError(_unexpected(error), "Run it again with --debug before the command's name."))
        return ctx.exit(1)


@click.group(
    cls=Commands,
    params=[home_option()],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 it is done; 1 it failed, or its output was cut off; 2 it was called wrongly.",
)
@click.option("--debug", is_flag=True, help="Show where an unexpected error happened.")
@click.version_option(package_name="pipeline-exec")
@click.pass_context
def main(context: click.Context, debug: bool) -> None:  # noqa: ARG001  # read where errors are turned into sentences
    """Files and payloads in, checked data out: pipelines that run on Dagster."""
    if not isinstance(context.obj, Deployment):
        context.obj = Deployment(context.obj or application)


def fail(error: PipelineExecError) -> None:
    """Say what happened, in red, and what to do about it."""
    click.secho(error.what, fg="red", err=True)
    for problem in error.problems if isinstance(error, InvalidDocument) else ():
        if problem.message not in error.what:
            click.echo(f"  {problem.field}: {problem.message}", err=True)
    if error.remedy:
        click.echo(error.remedy, err=True)


def _unexpected(error: Exception) -> str:
    return f"Something unexpected happened: {type(error).__name__}: {error}."
