"""``preview``: how a file would be read, mapped and checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline_exec.cli.context import Deployment
from pipeline_exec.cli.findings import print_findings
from pipeline_exec.cli.input_records import print_dialect, shown_sources
from pipeline_exec.cli.output import print_facts, print_records, shown_number
from pipeline_exec.cli.pipelines import find_pipeline
from pipeline_exec.cli.progress import waiting
from pipeline_exec.cli.reading import on_disk, parsed_options, read_options, reader
from pipeline_exec.model.mapping_record import Method
from pipeline_exec.model.pipeline import Pipeline, ReadOptions
from pipeline_exec.model.rows import Rows

if TYPE_CHECKING:
    from pipeline_exec.dataplane.matching import Suggestion
    from pipeline_exec.services.previews import Preview


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--pipeline", "pipeline_name", metavar="NAME", help="Map and check the rows as this pipeline does.")
@click.option(
    "--rows", default=10, show_default=True, type=click.IntRange(1, 100_000), help="How many rows to look at."
)
@read_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def preview(
    deployment: Deployment, file: Path, pipeline_name: str | None, rows: int, options: str | None, as_json: bool
) -> None:
    """Show how a file is read: its format, its encoding, where its header is. Nothing is written anywhere.

    With a pipeline, show the mapped rows and every erroneous cell among them. A file named - is standard input.
    """
    given = parsed_options(options)
    with on_disk(file) as path, waiting(f"Reading {file}"):
        if pipeline_name is None:
            seen = reader().look(path, file.name, given, rows=rows)
        else:
            layer = deployment.layer
            pipeline = find_pipeline(layer, pipeline_name)
            seen = layer.previews.look(path, file.name, given.over(_options(pipeline)), pipeline, rows)
    if as_json:
        _print_json(seen)
    else:
        _print(seen)


def _options(pipeline: Pipeline) -> ReadOptions:
    return pipeline.configuration.document.read_options


def _print(seen: Preview) -> None:
    print_dialect(seen.dialect)
    click.echo()
    if seen.sources:
        print_facts({target: _mapped(sources, seen.matches.get(target)) for target, sources in seen.sources.items()})
        click.echo()
    print_records(seen.rows.column_names, seen.rows.to_pylist())
    for column, guesses in seen.guesses.items():
        click.echo(f"\nGuessed in {column}:")
        print_facts(dict(guesses))
    if seen.counts is not None and seen.findings is not None:
        counts = seen.counts
        erroneous = f"{shown_number(counts.total_error_cells)} of {shown_number(counts.total_cells)} cells"
        click.echo(f"\n{erroneous} ({counts.error_percentage:.2f} %) are erroneous.")
        if counts.total_error_cells:
            print_findings(Rows(seen.findings.schema, seen.findings.to_batches()), "table")


def _print_json(seen: Preview) -> None:
    value: dict[str, object] = {"dialect": seen.dialect, "rows": seen.rows.to_pylist()}
    if seen.counts is not None and seen.findings is not None:
        value |= {
            "sources": seen.sources,
            "matches": [asdict(match) for match in seen.matches.values()],
            "findings": seen.findings.to_pylist(),
            "guesses": seen.guesses,
            "data": asdict(seen.counts),
        }
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _mapped(sources: Sequence[str], match: Suggestion | None) -> str:
    similar = match.score if match and match.method is Method.SIMILARITY else None
    return shown_sources(sources, similar)
