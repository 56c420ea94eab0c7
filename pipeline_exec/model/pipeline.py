"""Pipelines and their immutable configurations."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline_exec.model.document import Document
from pipeline_exec.model.encoding import is_unicode, known_encoding
from pipeline_exec.model.file_name import FileNameTemplate
from pipeline_exec.model.identity import ConfigurationId, ConnectorId, PipelineId, TargetModelId
from pipeline_exec.model.mapping import MappingConfig
from pipeline_exec.model.output_dialect import Quoting
from pipeline_exec.model.principal import Audit
from pipeline_exec.model.schedule import ScheduleConfig
from pipeline_exec.model.sheet_name import SheetName
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
    header_row: Annotated[
        Literal["auto"] | Annotated[int, Field(ge=1)] | None, BeforeValidator(lambda v: None if v == "none" else v)
    ] = "auto"
    """1-based row of the header; ``none`` where the file has none (columns are then ``column_1``, ``column_2``, …)."""
    sheet: str | int | None = None
    """Name or 1-based number of the sheet; the first that holds data when not given."""
    numbers: NumbersRead = NumbersRead.PLAIN
    """How the numbers of a workbook are read."""
    record_path: str | None = None
    """Dotted path of the records in nested JSON, such as ``result.items``."""
    delimiter: Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[^\r\n\x00]+$")] | None = None
    """What parts the cells of delimited text: one character or more, or ``\\s+`` for any number of spaces and tabs."""
    quote: Annotated[str, Field(max_length=1, pattern=r"^[\x01-\x09\x0b\x0c\x0e-\x7f]?$")] | None = None
    """The ASCII character around cells of delimited text; empty where none quotes."""
    escape: Annotated[str, Field(max_length=1, pattern=r"^[\x00-\x09\x0b\x0c\x0e-\x7f]?$")] | None = None
    """The ASCII character that takes the meaning of a quote or delimiter behind it; empty where quotes are doubled."""
    record_end: Literal["\n", "\r\n", "\r"] | None = None
    """What ends the records of delimited text; any of the three, one among the others, when not given."""
    header_rows: int | None = Field(None, ge=1, le=20)
    """How many rows the header of a text or sheet has; the names are their cells joined by a space."""
    footer_rows: int | None = Field(None, ge=0, le=1_000)
    """How many rows at the end of a text or sheet are no data, such as totals and signatures; of a sheet none when not
    given."""
    ragged_rows: Literal["report", "pad"] = "report"
    """What becomes of missing cells of delimited text: ``report`` each of them, or ``pad`` the row with empty cells.
    Surplus cells that hold something are always reported."""
    tables: Literal["first", "one"] = "first"
    """``first``: of several tables in one text the first is read. ``one``: the text is one table, whatever is in it."""
    encoding: Annotated[str, AfterValidator(known_encoding)] | None = None
    """The encoding of a text, by any name that Python's codecs have, such as ``utf-8`` or ``windows-1252``."""
    compression: Literal["auto", "none", "gzip", "zstd", "zip"] = "auto"
    """How the file is compressed; ``auto`` tells by its first bytes, ``none`` takes it as it is."""

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        if self.quote and self.delimiter and self.quote in self.delimiter:
            raise ValueError(f"{self.quote!r} cannot be both quote and part of the delimiter.")
        if self.escape and self.delimiter and self.escape in self.delimiter:
            raise ValueError(f"{self.escape!r} cannot be both escape and part of the delimiter.")
        if self.escape and self.escape == self.quote:
            raise ValueError("Quotes that are escaped by a quote are doubled: set escape to an empty text.")
        return self

    def over(self, below: ReadOptions) -> ReadOptions:
        """What is set here, and what is set only in the options below.

        Raises:
            InvalidDocument: together they cannot be.
        """
        return type(self).parse({**below.to_json(), **self.model_dump(mode="json", exclude_unset=True)})


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
    delimiter: Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[^\r\n\x00]+$")] = ","
    """Of delimited text: what parts the cells, one character or more."""
    quote: Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[^\r\n\x00]$")] = '"'
    """Of delimited text: the character around cells."""
    quoting: Quoting = Quoting.MINIMAL
    """Of delimited text: which cells stand in quotes."""
    escape: Annotated[str, Field(max_length=1, pattern=r"^[^\r\n\x00]?$")] = ""
    """Of delimited text: what stands before a quote within quotes; without it quotes are doubled."""
    record_end: Literal["\n", "\r\n"] = "\n"
    """Of delimited text: what ends each line."""
    null: Annotated[str, Field(max_length=50, pattern=r"^[^\r\n\x00]*$")] = ""
    """Of delimited text: what is written for an empty cell, such as ``NULL``; text that is the same is quoted."""
    encoding: Annotated[str, AfterValidator(known_encoding)] = "utf-8"
    """Of delimited text, by any name that Python's codecs have."""
    byte_order_mark: bool = False
    """Of delimited text in an encoding of Unicode: whether a byte order mark begins the file, as Excel wants it."""
    header: bool = True
    """Of delimited text and workbooks: whether the first row is the columns' keys."""
    neutralise_formulas: bool = False
    """Of delimited text and workbooks: whether text that a spreadsheet program would take for a formula gets an
    apostrophe in front (OWASP, "CSV Injection"). Values of number, date and boolean columns stay as they are."""
    sheet: SheetName = "Data"
    """Of workbooks: the name of the sheet."""
    header_style: Literal["bold", "plain"] = "bold"
    """Of workbooks: how the header looks. It stays in sight in both."""
    root_element: str = "rows"
    """Of XML, the name of the document's element."""
    record_element: str = "row"
    """Of XML, the name of the element of each row."""
    parquet_compression: Literal["zstd", "snappy", "gzip", "none"] = "zstd"
    """How the pages of Parquet files are compressed."""

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        if self.quote in self.delimiter or (self.escape and self.escape in self.delimiter):
            raise ValueError("The delimiter must not hold the quote or the escape. Set another one.")
        if self.escape == self.quote:
            raise ValueError("Quotes that are escaped by a quote are doubled: leave escape out.")
        if self.null and (self.delimiter in self.null or self.quote in self.null):
            raise ValueError("The text for empty cells must not hold the delimiter or the quote. Set another one.")
        if self.byte_order_mark and not is_unicode(self.encoding):
            raise ValueError(f"The encoding {self.encoding} has no byte order mark. Leave byte_order_mark out.")
        return self


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
