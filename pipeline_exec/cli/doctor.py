"""``doctor``: what is wrong with a deployment, and how to mend it."""

from __future__ import annotations

import click

from pipeline_exec.cli.checks import Finding, examine
from pipeline_exec.cli.context import Deployment


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check the settings, the home, the storages, the port and every connector.

    Exits with 1 when something is wrong. A service that was never started is not made by this.
    """
    deployment: Deployment = context.obj
    findings = []
    for finding in examine(deployment):
        findings.append(finding)
        _print(finding)
    wrong = sum(1 for finding in findings if finding.problem)
    if wrong:
        click.secho(f"\n{wrong} of {len(findings)} checks failed.", fg="red", err=True)
        context.exit(1)
    click.echo(f"\nAll {len(findings)} checks passed.")


def _print(finding: Finding) -> None:
    if finding.problem is None:
        click.echo(f"{click.style('ok  ', fg='green')}  {finding.subject}: {finding.state}")
        return
    click.echo(f"{click.style('FAIL', fg='red')}  {finding.subject}: {finding.problem}")
    if finding.remedy:
        click.echo(f"      {finding.remedy}")
