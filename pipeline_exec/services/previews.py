"""Previews: what would be read, and with a pipeline how it would be mapped and checked. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from pipeline_exec.dataplane.checking import Checker
from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.dataplane.mapping import compile_mapping
from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.dataplane.matching import Suggestion
from pipeline_exec.dataplane.transformations.step import Tables, no_tables
from pipeline_exec.model.execution import Counts
from pipeline_exec.model.pipeline import Pipeline, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Formats

DEFAULT_ROWS, MOST_ROWS = 100, 1000
"""How many rows are shown unless another number is asked for, and how many can be."""


@dataclass(frozen=True)
class Preview:
    """What a look at a file shows."""

    dialect: dict[str, object]
    """How it was read."""
    rows: pa.Table
    """The first rows: as read or, with a pipeline, as mapped; text."""
    sources: dict[str, list[str]]
    """With a pipeline: the source columns of each target column."""
    findings: pa.Table | None
    """With a pipeline: the erroneous cells of those rows."""
    counts: Counts | None
    matches: Mapping[str, Suggestion] = field(default_factory=dict)
    """With a pipeline: why its source was chosen for each target column that its mapping says nothing of."""
    guesses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """With a pipeline: by target column, which texts were taken for which options because they are similar."""


@dataclass(frozen=True)
class PreviewService:
    """Looks at files without executing anything."""

    formats: Formats
    tables: Callable[[], Tables] = lambda: no_tables
    """Answers where values are looked up while a file is looked at."""

    def look(
        self, path: Path, name: str, options: ReadOptions, pipeline: Pipeline | None = None, rows: int = DEFAULT_ROWS
    ) -> Preview:
        """Read the first rows of a file and, with a pipeline, map and check them.

        Raises:
            ParsingFailure: it is none of the formats read, or broken.
            SourceDataEmpty: there is no row of data.
            MappingFailure: a column the pipeline maps is absent, or nothing of the target is found.
        """
        parsed = self.formats.read(path, name, options)
        head = parsed.rows.head(rows)
        if pipeline is None:
            return Preview(parsed.dialect, _table(head, head.schema), {}, None, None)
        configuration = pipeline.configuration
        columns = configuration.target_model.columns
        mapper = compile_mapping(
            configuration.document.mapping_config, columns, without_marks(head.schema), self.tables()
        )
        checker = Checker(columns, configuration.document.error_config.on_error)
        mapped, findings = [], []
        for batch in head:
            mapped.append(mapper.map(batch))
            findings.append(checker.check(mapped[-1]).findings)
        return Preview(
            dialect=parsed.dialect,
            rows=_table(mapped, mapper.schema),
            sources={target: list(sources) for target, sources in mapper.sources.items()},
            findings=pa.Table.from_batches(findings, FINDINGS),
            counts=checker.counts,
            matches=mapper.matches,
            guesses=checker.guesses,
        )

    def parse(self, path: Path, name: str, options: ReadOptions) -> tuple[Rows, dict[str, object]]:
        """The whole file as rows of text, read as they are consumed, and how it was read.

        Raises:
            ParsingFailure: now or while the rows are consumed.
            SourceDataEmpty: there is no row of data.
        """
        parsed = self.formats.read(path, name, options)
        return parsed.rows, parsed.dialect


def _table(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """The columns that hold data, as one table."""
    names = without_marks(schema)
    shown = pa.schema([schema.field(name) for name in names])
    return pa.Table.from_batches([batch.select(names) for batch in batches], shown)
