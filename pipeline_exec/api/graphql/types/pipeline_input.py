"""Pipelines as clients write them."""

from __future__ import annotations

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from pipeline_exec.model.mapping import MappingMode
from pipeline_exec.model.output_dialect import Quoting
from pipeline_exec.model.pipeline import NumbersRead, OnError
from pipeline_exec.model.schedule import Frequency


@strawberry.input
class ReadOptionsInput:
    """How the input is read; what is left out is detected."""

    format: str | None = UNSET
    """``auto`` or a format's name: ``csv``, ``xlsx``, ``json``."""
    header_row: JSON | None = UNSET
    """``auto``, a 1-based row, or ``none`` where the file has no header."""
    sheet: JSON | None = UNSET
    """A name or a 1-based number."""
    numbers: NumbersRead | None = UNSET
    """How the numbers of a workbook are read; PLAIN when left out."""
    record_path: str | None = UNSET
    """Dotted path of the records in nested JSON and XML."""
    delimiter: str | None = UNSET
    """Of delimited text: one character or more."""
    quote: str | None = UNSET
    escape: str | None = UNSET
    """What takes the meaning of a quote or delimiter behind it; empty where quotes are doubled."""
    record_end: str | None = UNSET
    """A line feed, a carriage return, or both."""
    header_rows: int | None = UNSET
    """How many rows the header has."""
    footer_rows: int | None = UNSET
    """How many rows at the end are no data."""
    ragged_rows: str | None = UNSET
    """``report`` missing cells, or ``pad`` rows with empty ones."""
    tables: str | None = UNSET
    """``first`` of several tables in one text, or ``one`` whatever is in it."""
    encoding: str | None = UNSET
    compression: str | None = UNSET
    """``auto`` when left out; ``none``, ``gzip``, ``zstd`` or ``zip``."""


@strawberry.input
class ColumnMappingInput:
    """Where one target column gets its text from, and what is done to it, in order."""

    source_columns: list[str] | None = UNSET
    target_column: str
    transformations: list[JSON] | None = UNSET
    """Each has a ``type`` and its arguments."""


@strawberry.input
class MappingConfigInput:
    """All mappings of a pipeline."""

    mode: MappingMode | None = UNSET
    """DEFAULT when left out."""
    mappings: list[ColumnMappingInput] | None = UNSET


@strawberry.input
class ErrorConfigInput:
    """How many erroneous cells are tolerated, and what becomes of them."""

    error_threshold: float | None = UNSET
    """Percent of the cells; 0 when left out."""
    on_error: OnError | None = UNSET
    """EMPTY when left out."""


@strawberry.input
class ScheduleConfigInput:
    """When the pipeline executes: a frequency with an interval, or a cron expression."""

    frequency: Frequency | None = UNSET
    interval: int | None = UNSET
    """1 when left out."""
    starts_on: str | None = UNSET
    """ISO 8601; without an offset it is meant in the schedule's time zone."""
    ends_on: str | None = UNSET
    timezone: str | None = UNSET
    """A name such as ``Europe/Berlin``; UTC when left out."""
    cron: str | None = UNSET


@strawberry.input
class OutputOptionsInput:
    """How the result is written."""

    file_name: str | None = UNSET
    """A template such as ``{source_stem}_{date}``."""
    file_extension: str | None = UNSET
    """Decides the format."""
    delimiter: str | None = UNSET
    quote: str | None = UNSET
    quoting: Quoting | None = UNSET
    """Which cells stand in quotes; MINIMAL when left out."""
    escape: str | None = UNSET
    """What stands before a quote within quotes; quotes are doubled when left out."""
    record_end: str | None = UNSET
    """A line feed when left out, or carriage return and line feed."""
    null: str | None = UNSET
    """What is written for an empty cell of delimited text."""
    encoding: str | None = UNSET
    byte_order_mark: bool | None = UNSET
    header: bool | None = UNSET
    """Whether the first row is the columns' keys; it is when left out."""
    neutralise_formulas: bool | None = UNSET
    """Whether text that a spreadsheet program would take for a formula gets an apostrophe in front."""
    sheet: str | None = UNSET
    """Of workbooks: the name of the sheet."""
    header_style: str | None = UNSET
    """Of workbooks: ``bold`` or ``plain``."""
    root_element: str | None = UNSET
    """Of XML, the name of the document's element."""
    record_element: str | None = UNSET
    """Of XML, the name of the element of each row."""
    parquet_compression: str | None = UNSET
    """``zstd``, ``snappy``, ``gzip`` or ``none``."""


@strawberry.input
class PipelineConfigurationChange:
    """The part of a configuration that changes; what is left out stays as it is."""

    input_connectors: list[strawberry.ID] | None = UNSET
    """One id."""
    output_connectors: list[strawberry.ID] | None = UNSET
    tdm: strawberry.ID | None = UNSET
    """The target data model's id."""
    read_options: ReadOptionsInput | None = UNSET
    mapping_config: MappingConfigInput | None = UNSET
    """Mappings that are given replace all there are."""
    error_config: ErrorConfigInput | None = UNSET
    schedule_config: ScheduleConfigInput | None = UNSET
    output_options: OutputOptionsInput | None = UNSET
    developer_mode: bool | None = UNSET
    """Whether only the first 100 rows are sent; false for a new pipeline."""


@strawberry.input
class PipelineConfigurationInput(PipelineConfigurationChange):
    """Everything that decides what an execution does."""

    input_connectors: list[strawberry.ID]
    """One id."""
    output_connectors: list[strawberry.ID]
    tdm: strawberry.ID
    """The target data model's id."""


@strawberry.input
class PipelineInput:
    """A pipeline."""

    name: str
    active: bool = True
    configuration: PipelineConfigurationInput


@strawberry.input
class CellEditInput:
    """A repaired cell."""

    row: int
    """1-based row of the mapped table."""
    column: str
    """Key of the target column."""
    value: str | None = None
    """The text to put there; null for none."""
