"""Previews as answers show them."""

from __future__ import annotations

from typing import Self

from pipeline_exec.api.views.execution import CountsView
from pipeline_exec.api.views.finding import FindingView
from pipeline_exec.api.views.specimen import SpecimenView
from pipeline_exec.api.views.suggestion import SuggestionView
from pipeline_exec.api.views.view import View, WhenThere
from pipeline_exec.services.previews import Preview
from pipeline_exec.services.samples import SourceSample
from pipeline_exec.services.specimens import Specimen


class PreviewView(View):
    """What a pipeline would make of a file."""

    dialect: dict[str, object]
    """How it was read: format, encoding, delimiter, header row, …"""
    sources: dict[str, list[str]]
    """The source columns that each target column is made from."""
    matches: list[SuggestionView]
    """Why its source was chosen for each target column that the mapping says nothing of."""
    guesses: dict[str, dict[str, str]]
    """By target column, which texts were taken for which options because they are similar; they are no errors."""
    rows: list[dict[str, str | None]]
    """The first rows as mapped, by target column."""
    errors: list[FindingView]
    """Every erroneous cell of these rows."""
    data: CountsView
    """What was counted of these rows."""
    source: WhenThere[SpecimenView] = None
    """What was looked at; only there when it was not sent with the request."""

    @classmethod
    def of(cls, preview: Preview, specimen: Specimen | None = None) -> Self:
        """Of a look at a file with a pipeline."""
        findings = preview.findings.to_pylist() if preview.findings is not None else []
        return cls(
            dialect=preview.dialect,
            sources=preview.sources,
            matches=[SuggestionView.of(match) for match in preview.matches.values()],
            guesses={column: dict(guesses) for column, guesses in preview.guesses.items()},
            rows=preview.rows.to_pylist(),
            errors=[FindingView(**finding) for finding in findings],
            data=CountsView.of(preview.counts),
            source=None if specimen is None else SpecimenView.of(specimen),
        )


class WaitingFileView(View):
    """A file at a source."""

    path: str
    size: int


class SourceSampleView(SpecimenView):
    """What a connector's source gives."""

    dialect: dict[str, object]
    """How it was read: format, compression, encoding, delimiter, header row, …"""
    columns: list[str]
    rows: list[dict[str, str | None]]
    """The first rows as read."""
    files: list[WaitingFileView]
    """The newest files at a source that lists files, a hundred at most."""
    total_files: int

    @classmethod
    def of_sample(cls, sample: SourceSample) -> Self:
        """Of a look at a source."""
        specimen, preview = sample.specimen, sample.preview
        return cls(
            **dict(SpecimenView.of(specimen)),
            dialect=preview.dialect,
            columns=preview.rows.column_names,
            rows=preview.rows.to_pylist(),
            files=[WaitingFileView(path=file.path, size=file.size) for file in specimen.files],
            total_files=specimen.total_files,
        )
