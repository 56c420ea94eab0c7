"""``export``: write everything down as documents."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline_exec.cli.context import Deployment
from pipeline_exec.cli.yaml_text import write_yaml
from pipeline_exec.errors import InvalidDocument

if TYPE_CHECKING:
    from pipeline_exec.services.documents import Export

#: What the file of each kind is called.
FILES = {
    "TargetDataModel": "target_data_models.yaml",
    "Connector": "connectors.yaml",
    "Pipeline": "pipelines.yaml",
    "Wrapper": "wrappers.yaml",
}


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one file for each kind, and the uploads of wrappers, into this folder.  [default: stdout]",
)
@click.pass_obj
def export(deployment: Deployment, folder: Path | None) -> None:
    """Write connectors, target data models, pipelines and wrappers down as YAML.

    No secret is written: in place of each stands {env: VARIABLE}, to be set when the documents are applied. Without
    secrets, applying what was exported changes nothing.
    """
    exported = deployment.layer.exports.export(with_files=folder is not None)
    if folder is None:
        everything = itertools.chain.from_iterable(exported.documents.values())
        click.echo(write_yaml(everything), nl=False)
        return
    try:
        _write(exported, folder)
    except OSError as error:
        raise InvalidDocument(
            f"{folder} cannot be written: {error.strerror}.", remedy="Choose another folder."
        ) from None


def _write(exported: Export, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, documents in exported.documents.items():
        file = folder / FILES[kind]
        # A file of an earlier export would bring back what is no longer there.
        file.unlink(missing_ok=True)
        if documents:
            file.write_text(write_yaml(documents), encoding="utf-8")
            click.echo(f"{file}  {len(documents)}", err=True)
    for relative, source in exported.files.items():
        copy = folder / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
