"""The context of a command: which deployment it works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:  # These take most of a second to import, which a command that only asks for help should not pay for.
    from pipeline_exec.services.layer import ServiceLayer
    from pipeline_exec.settings import Settings

C = TypeVar("C", bound=click.Command)


@dataclass(frozen=True)
class Deployment:
    """The deployment a command works on; nothing is read or made before it is asked for."""

    make: Callable[[Settings], ServiceLayer]
    """Builds the service layer; tests hand in one without Dagster."""
    home: Path | None = None
    """As given on the command line."""

    @cached_property
    def settings(self) -> Settings:
        """The environment's settings, with the home of the command line.

        Raises:
            InvalidDocument: a variable is not valid.
        """
        from pipeline_exec.settings import Settings

        settings = Settings.from_environment()
        return settings.model_copy(update={"home": self.home}) if self.home is not None else settings

    @cached_property
    def layer(self) -> ServiceLayer:
        """Every service; the home is made, and the database brought to the current schema."""
        return self.make(self.settings)

    def apply(self, layer: ServiceLayer, path: Path) -> None:
        """Apply the documents of a file or a folder, and print what became of each; other files are left out.

        Raises:
            InvalidDocument: one is not valid; none is applied.
        """
        from pipeline_exec.cli.apply import apply_documents

        apply_documents(layer, path)


def application(settings: Settings) -> ServiceLayer:
    """The service layer as the service itself has it."""
    from pipeline_exec import bootstrap

    return bootstrap.application(settings)


def with_home(command: C) -> C:
    """The command, and all below it, with the option ``--home``, which may stand behind any of their names."""
    if not any(parameter.name == "home" for parameter in command.params):
        command.params.append(home_option())
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_home(below)
    return command


def home_option() -> click.Option:
    """``--home DIR``, remembered in the deployment."""
    return click.Option(
        ["--home"],
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Folder with the state of the deployment.  [env: PIPELINE_EXEC_HOME; default: .pipeline_exec]",
        expose_value=False,
        callback=_remember,
        is_eager=True,
    )


def _remember(context: click.Context, _: click.Parameter, home: Path | None) -> None:
    if home is not None:
        deployment = context.obj if isinstance(context.obj, Deployment) else Deployment(context.obj or application)
        context.obj = replace(deployment, home=home)
