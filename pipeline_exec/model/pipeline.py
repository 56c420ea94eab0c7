"""Pipelines and their immutable configurations."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pipeline_exec.model.document import Document
from pipeline_exec.model.file_name import FileNameTemplate
from pipeline_exec.model.identity import ConfigurationId, ConnectorId, PipelineId, TargetModelId
from pipeline_exec.model.mapping import MappingConfig
from pipeline_exec.model.principal import Audit
from pipeline_exec.model.schedule import ScheduleConfig
from pipeline_exec.model.target_model import TargetModelDocument

#: What Dagster keeps for itself beside Python's keywords (``DISALLOWED_NAMES``).
_RESERVED = {
    *("arg_dict", "bool", "conf", "config", "context", "dict", "float", "input", "input_arg_dict"),
    *("int", "meta", "output", "output_arg_dict", "str", "type"),
}

DEVELOPER_MODE_ROWS = 100
"""How many rows a pipeline in developer mode sends."""


class NumbersRead(StrEnum):
    """How the numbers of a workbook are read. Dates and times are ISO 8601 whatever it says."""

    PLAIN = "plain"
    """With the digits the sheet shows (decimals, leading zeros, percent signs), but in plain notation: without groups
    of thousands, currencies and words around them, so that they are numbers in every country."""
    SHOWN = "shown"
    """As the sheet shows them, all around them included."""
    EXACT = "exact"
    """As the sheet holds them, whatever it shows: 0.125 for 12.5 %."""


class ReadOptions(Document):
    """How the input is read; what is not given is detected."""

    format: str = "auto"
    """``auto``, or a format's name: ``csv``, ``xlsx``, ``json``, …"""
    header_row: Annotated[Literal["auto"] | int | None, BeforeValidator(lambda v: None if v == "none" else v)] = "auto"
    """1-based row of the header; ``none`` where the file has none (columns are then ``column_1``, ``column_2``, …)."""
    sheet: str | int | None = None
    """Name or 1-based number of the sheet; the first that holds data when not given."""
    numbers: NumbersRead = NumbersRead.PLAIN
    """How the numbers of a workbook are read."""
    record_path: str | None = None
    """Dotted path of the records in nested JSON, such as ``result.items``."""
    delimiter: str | None = None
    quote: str | None = None
    encoding: str | None = None
    compression: Literal["auto", "none", "gzip", "zstd", "zip"] = "auto"
    """How the file is compressed; ``auto`` tells by its first bytes, ``none`` takes it as it is."""


class OnError(StrEnum):
    """What is delivered in place of a tolerated erroneous cell."""

    EMPTY = "EMPTY"
    """No value."""
    KEEP = "KEEP"
    """The text as mapped."""
    DROP_ROW = "DROP_ROW"
    """The row is left out and stands only in the error report."""


class ErrorConfig(Document):
    """How many erroneous cells are tolerated, and what becomes of them."""

    error_threshold: float = Field(0.0, ge=0, le=100)
    """Percent: the execution fails when ``100 * total_error_cells / total_cells`` is greater."""
    on_error: OnError = OnError.EMPTY


class OutputOptions(Document):
    """How the result is written."""

    file_name: FileNameTemplate | None = None
    """Template of ``{pipeline} {source_stem} {execution_id} {date} {time}``; else the output connector's own."""
    file_extension: str | None = None
    """Decides the format; the output connector's own when not given, or else ``csv``."""
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    root_element: str = "rows"
    """Of XML, the name of the document's element."""
    record_element: str = "row"
    """Of XML, the name of the element of each row."""
    parquet_compression: Literal["zstd", "snappy", "gzip", "none"] = "zstd"
    """How the pages of Parquet files are compressed."""


class PipelineConfiguration(Document):
    """Everything that decides what an execution does. A change makes a new one."""

    input_connectors: tuple[ConnectorId, ...] = Field(min_length=1, max_length=1)
    output_connectors: tuple[ConnectorId, ...] = Field(min_length=1)
    tdm: TargetModelId
    read_options: ReadOptions = ReadOptions()
    mapping_config: MappingConfig = MappingConfig()
    error_config: ErrorConfig = ErrorConfig()
    schedule_config: ScheduleConfig | None = None
    output_options: OutputOptions = OutputOptions()
    developer_mode: bool = False


class PipelineDocument(Document):
    """A pipeline as users write it."""

    name: str = Field(min_length=1, max_length=200)
    active: bool = True
    configuration: PipelineConfiguration


@dataclass(frozen=True, kw_only=True)
class StoredConfiguration:
    """A configuration as executions name it, with the target data model as it was when it was made."""

    id: ConfigurationId
    pipeline_id: PipelineId
    document: PipelineConfiguration
    target_model: TargetModelDocument
    audit: Audit


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline as we remember it."""

    id: PipelineId
    name: str
    slug: str
    """Unique; the name of the Dagster job, its sensor and its schedule."""
    active: bool
    configuration: StoredConfiguration
    audit: Audit


def slug_of(name: str) -> str:
    """A name Dagster accepts for a job: letters, digits and underscores (``^[A-Za-z0-9_]+$``), no word of its own."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "pipeline"
    return f"{slug}_pipeline" if keyword.iskeyword(slug) or slug in _RESERVED else slug
