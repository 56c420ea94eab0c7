"""Configurations: everything that decides what an execution does."""

from __future__ import annotations

from asyncio import gather
from typing import Self

import strawberry
from strawberry.scalars import JSON

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.connector import Connector, connector_of
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.principal import Audited
from pipeline_exec.api.graphql.types.target_model import TargetColumn, TargetDataModel
from pipeline_exec.model import mapping, schedule
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.model.mapping import MappingMode
from pipeline_exec.model.output_dialect import Quoting
from pipeline_exec.model.pipeline import NumbersRead, OnError, StoredConfiguration
from pipeline_exec.model.schedule import Frequency


@strawberry.type
class ReadOptions(Mirror):
    """How the input is read; what is null is detected."""

    format: str
    header_row: JSON | None
    """``auto``, a 1-based row, or null where the file has no header."""
    sheet: JSON | None
    """A name or a 1-based number."""
    numbers: NumbersRead
    """How the numbers of a workbook are read."""
    record_path: str | None
    delimiter: str | None
    """Of delimited text: one character or more."""
    quote: str | None
    escape: str | None
    """What takes the meaning of a quote or delimiter behind it; empty where quotes are doubled."""
    record_end: str | None
    """A line feed, a carriage return, or both."""
    header_rows: int | None
    """How many rows the header has."""
    footer_rows: int | None
    """How many rows at the end are no data."""
    ragged_rows: str
    """``report`` missing cells, or ``pad`` rows with empty ones."""
    tables: str
    """``first`` of several tables in one text, or ``one`` whatever is in it."""
    encoding: str | None
    compression: str
    """``auto``, ``none``, ``gzip``, ``zstd`` or ``zip``."""


@strawberry.type
class ColumnMapping(Mirror):
    """Where one target column gets its text from, and what is done to it, in order."""

    source_columns: list[str]
    target_column: str
    transformations: list[JSON]
    """Each has a ``type`` and its arguments."""

    @classmethod
    def of(cls, column: mapping.ColumnMapping) -> Self:
        return cls.mirror(column, transformations=[step.to_json() for step in column.transformations])


@strawberry.type
class MappingConfig(Mirror):
    """All mappings of a pipeline."""

    mode: MappingMode
    mappings: list[ColumnMapping]

    @classmethod
    def of(cls, config: mapping.MappingConfig) -> Self:
        return cls.mirror(config, mappings=[ColumnMapping.of(column) for column in config.mappings])


@strawberry.type
class ErrorConfig(Mirror):
    """How many erroneous cells are tolerated, and what becomes of them."""

    error_threshold: float
    """Percent of the cells."""
    on_error: OnError


@strawberry.type
class ScheduleConfig(Mirror):
    """When the pipeline executes: a frequency with an interval, or a cron expression."""

    frequency: Frequency | None
    interval: int
    starts_on: str | None
    """ISO 8601; without an offset it is meant in the schedule's time zone."""
    ends_on: str | None
    timezone: str
    cron: str | None

    @classmethod
    def of(cls, config: schedule.ScheduleConfig) -> Self:
        return cls.mirror(
            config,
            starts_on=config.starts_on.isoformat() if config.starts_on else None,
            ends_on=config.ends_on.isoformat() if config.ends_on else None,
        )


@strawberry.type
class OutputOptions(Mirror):
    """How the result is written."""

    file_name: str | None
    file_extension: str | None
    delimiter: str
    quote: str
    quoting: Quoting
    """Which cells stand in quotes."""
    escape: str
    """What stands before a quote within quotes; empty where quotes are doubled."""
    record_end: str
    null: str
    """What is written for an empty cell of delimited text."""
    encoding: str
    byte_order_mark: bool
    header: bool
    """Whether the first row is the columns' keys."""
    neutralise_formulas: bool
    """Whether text that a spreadsheet program would take for a formula gets an apostrophe in front."""
    sheet: str
    """Of workbooks: the name of the sheet."""
    header_style: str
    """Of workbooks: ``bold`` or ``plain``."""
    root_element: str
    """Of XML, the name of the document's element."""
    record_element: str
    """Of XML, the name of the element of each row."""
    parquet_compression: str
    """``zstd``, ``snappy``, ``gzip`` or ``none``."""


@strawberry.type
class PipelineConfiguration(Audited):
    """One configuration of a pipeline; it never changes, a change makes another."""

    stored: strawberry.Private[StoredConfiguration]
    read_options: ReadOptions
    mapping_config: MappingConfig
    error_config: ErrorConfig
    schedule_config: ScheduleConfig | None
    output_options: OutputOptions
    developer_mode: bool
    """Whether only the first 100 rows are sent."""

    @classmethod
    def of(cls, stored: StoredConfiguration) -> Self:
        document = stored.document
        return cls.audited(
            stored,
            stored=stored,
            read_options=ReadOptions.of(document.read_options),
            mapping_config=MappingConfig.of(document.mapping_config),
            error_config=ErrorConfig.of(document.error_config),
            schedule_config=ScheduleConfig.of(document.schedule_config) if document.schedule_config else None,
            output_options=OutputOptions.of(document.output_options),
            developer_mode=document.developer_mode,
        )

    @strawberry.field
    def target_columns(self) -> list[TargetColumn]:
        """Of the target data model as it was when the configuration was made."""
        return [TargetColumn.of(column) for column in self.stored.target_model.columns]

    @strawberry.field
    async def input_connectors(self, info: Info) -> list[Connector]:
        """Those that still exist."""
        return await _connectors(info, self.stored.document.input_connectors)

    @strawberry.field
    async def output_connectors(self, info: Info) -> list[Connector]:
        """Those that still exist."""
        return await _connectors(info, self.stored.document.output_connectors)

    @strawberry.field
    async def tdm(self, info: Info) -> TargetDataModel | None:
        """The target data model as it is now; null when it was deleted."""
        found = await info.context.loaders.target_models.load(self.stored.document.tdm)
        return None if found is None else TargetDataModel.of(found)


async def _connectors(info: Info, connector_ids: tuple[ConnectorId, ...]) -> list[Connector]:
    found = await gather(*(connector_of(info, connector_id) for connector_id in connector_ids))
    return [connector for connector in found if connector is not None]
