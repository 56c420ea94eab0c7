"""``apply``: make a deployment what documents say it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline_exec.cli.context import Deployment
from pipeline_exec.cli.document_files import read_documents
from pipeline_exec.cli.output import COLOURS
from pipeline_exec.services.documents import Declaration, Kind, Surroundings

if TYPE_CHECKING:
    from pipeline_exec.services.layer import ServiceLayer


@click.command()
@click.option(
    "-f",
    "--file",
    "path",
    required=True,
    metavar="FILE_OR_DIR",
    type=click.Path(path_type=Path),
    help="A YAML or JSON file, or a folder with such files.",
)
@click.pass_obj
def apply(deployment: Deployment, path: Path) -> None:
    """Create or update connectors, target data models, pipelines and wrappers.

    A document is {kind: Connector|TargetDataModel|Pipeline|Wrapper, name: …} with the attributes the API knows. It
    refers to others by name. {env: VARIABLE} stands for a value of the environment, {home: FOLDER} for a folder below
    the service's home, which is made. Relative paths are relative to the folder of the file. The order does not matter;
    applied again, nothing changes.
    """
    for skipped in apply_documents(deployment.layer, path):
        click.echo(f"{skipped} holds no document and is left out.", err=True)


def apply_documents(layer: ServiceLayer, path: Path) -> Sequence[Path]:
    """Apply the documents of a file or a folder, and print what became of each; answer the files without any.

    Raises:
        InvalidDocument: one is not valid; none is applied.
    """
    files = read_documents(path, Surroundings(os.environ, layer.settings.home))
    changes = layer.documents.apply(files.declarations, layer.principals.owner())
    # Everything is valid; nothing is there yet that would look into the folders.
    _make_folders(files.declarations, layer.settings.home.absolute())
    for applied in changes:
        change = click.style(f"{applied.change:<9}", fg=COLOURS.get(applied.change))
        click.echo(f"{change}  {applied.kind:<15}  {applied.name}")
    return files.skipped


def _make_folders(declarations: Iterable[Declaration], home: Path) -> None:
    """Make the folders below the home that connectors read from: there is nobody else to make them."""
    for declaration in declarations:
        configuration = declaration.body.get("configuration")
        path = configuration.get("path") if isinstance(configuration, Mapping) else None
        if declaration.kind == Kind.CONNECTOR and isinstance(path, str) and home in Path(path).parents:
            Path(path).mkdir(parents=True, exist_ok=True)
