"""Previews: what would be read of an input, and what a pipeline would make of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import pyarrow as pa
import strawberry
from strawberry.scalars import JSON

from pipeline_exec.api.graphql.types.execution_log import Counts
from pipeline_exec.api.graphql.types.finding import Finding
from pipeline_exec.api.graphql.types.mapping_record import MappedColumn
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.scalars import BigInt
from pipeline_exec.api.graphql.types.specimen import Specimen
from pipeline_exec.dataplane.matching import Suggestion
from pipeline_exec.services import previews, samples, specimens


@strawberry.type
class Guess:
    """A text that was taken for an option because it is similar; it is no error."""

    column: str
    """Key of the target column."""
    text: str
    option: str


@strawberry.type
class Preview:
    """What a pipeline would make of the first rows of an input."""

    dialect: JSON
    """How it was read: format, compression, encoding, delimiter, header row, …"""
    mapping: list[MappedColumn]
    columns: list[str]
    """Keys of the target columns."""
    rows: list[list[str | None]]
    """The first rows as mapped, cell by cell in the order of the columns."""
    errors: list[Finding]
    """Every erroneous cell of these rows."""
    guesses: list[Guess]
    """What was taken for an option without being one of its names."""
    counts: Counts | None
    source: Specimen | None
    """What was looked at; null for a sample that was sent."""

    @classmethod
    def of(cls, preview: previews.Preview, specimen: specimens.Specimen | None = None) -> Self:
        findings = preview.findings.to_pylist() if preview.findings is not None else []
        return cls(
            dialect=JSON(preview.dialect),
            mapping=[_mapped(key, names, preview.matches.get(key)) for key, names in preview.sources.items()],
            columns=preview.rows.column_names,
            rows=_cells(preview.rows),
            errors=[Finding.of(finding) for finding in findings],
            guesses=[
                Guess(column=column, text=text, option=option)
                for column, guesses in preview.guesses.items()
                for text, option in guesses.items()
            ],
            counts=None if preview.counts is None else Counts.of(preview.counts),
            source=None if specimen is None else Specimen.of(specimen),
        )


@strawberry.type
class WaitingFile(Mirror):
    """A file at a source."""

    path: str
    size: BigInt


@strawberry.type
class SourceSample(Specimen):
    """What a connector's source gives."""

    dialect: JSON
    """How it was read: format, compression, encoding, delimiter, header row, …"""
    columns: list[str]
    rows: list[list[str | None]]
    """The first rows as read, cell by cell in the order of the columns."""
    files: list[WaitingFile]
    """The newest files at a source that lists files, a hundred at most."""
    total_files: int

    @classmethod
    def of_sample(cls, sample: samples.SourceSample) -> Self:
        specimen, preview = sample.specimen, sample.preview
        return cls(
            **vars(Specimen.of(specimen)),
            dialect=JSON(preview.dialect),
            columns=preview.rows.column_names,
            rows=_cells(preview.rows),
            files=[WaitingFile.of(file) for file in specimen.files],
            total_files=specimen.total_files,
        )


@strawberry.input
class SampleInput:
    """A file to be looked at."""

    name: str
    """With its extension, which tells the format where the content does not."""
    text: str


def _mapped(key: str, sources: list[str], match: Suggestion | None) -> MappedColumn:
    method, score = (match.method, match.score) if match else (None, None)
    return MappedColumn(target_column=key, source_columns=sources, method=method, score=score)


def _cells(rows: pa.Table) -> list[list[str | None]]:
    columns: Sequence[list[str | None]] = [column.to_pylist() for column in rows.columns]
    return [list(cells) for cells in zip(*columns, strict=True)]
