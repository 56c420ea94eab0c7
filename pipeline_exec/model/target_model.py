"""Target data models: the columns a pipeline must deliver and what each cell must satisfy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from pipeline_exec.model.connector import Permissions
from pipeline_exec.model.document import Document
from pipeline_exec.model.identity import TargetModelId
from pipeline_exec.model.principal import Audit


class ColumnType(StrEnum):
    """What the cells of a column are."""

    STRING = "string"
    INT = "int"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    UUID = "uuid"
    IBAN = "iban"
    BIC = "bic"
    GTIN = "gtin"
    CURRENCY_CODE = "currency_code"
    COUNTRY_CODE = "country_code"
    PERCENTAGE = "percentage"


class OptionsMatching(StrEnum):
    """When a cell is meant to be one of a column's options."""

    EXACT = "EXACT"
    """It is the value or the label, letter by letter."""
    ALTERNATIVE = "ALTERNATIVE"
    """Or an alternative match; upper and lower case and spaces make no difference."""
    FUZZY = "FUZZY"
    """Or it is similar enough to one of these names, and to no other option's as much."""


class Option(Document):
    """One allowed value of a category column."""

    label: str
    value: str
    alternative_matches: tuple[str, ...] = ()


class Validation(Document):
    """A check of a column. Its arguments stand beside ``type`` and are validated by the check itself."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    message: str | None = None

    @property
    def arguments(self) -> dict[str, object]:
        """Everything but the type and the message."""
        return dict(self.model_extra or {})

    @property
    def connector(self) -> str | None:
        """Of a WEBHOOK the connector it asks: its id, in what users write also its name."""
        named = self.arguments.get("connector") if self.type == "WEBHOOK" else None
        return named if isinstance(named, str) else None


class TargetColumn(Document):
    """One column of the target."""

    key: str = Field(min_length=1, max_length=200)
    """The name the column is delivered under."""
    label: str = ""
    description: str = ""
    column_type: ColumnType = ColumnType.STRING
    required: bool = False
    unique: bool = False
    output_format: str | None = None
    """How values are written. Dates and times: tokens (``DD.MM.YYYY``) or strptime (``%d.%m.%Y``); truth values: two
    words (``yes/no``); phone numbers, IBANs, GTINs, currencies and countries: the name of one of their forms."""
    input_formats: tuple[str, ...] = ()
    """What is read besides the usual: formats of dates and times; ``numeric`` of currencies, ``numeric`` and
    ``name`` of countries."""
    region: str | None = None
    """The country whose phone numbers are read without its calling code, by its two letters: ``DE``."""
    number_format: str | None = None
    """How numbers are written, as an example with separators: ``1.234,56``, ``1,234.56``, ``1234.56``."""
    alternative_matches: tuple[str, ...] = ()
    """Other names under which the column is found in a source."""
    options: tuple[Option, ...] = ()
    """The values allowed, each with a label and perhaps alternative matches."""
    options_matching: OptionsMatching = OptionsMatching.ALTERNATIVE
    """How freely cells are matched with options."""
    options_threshold: int = Field(85, ge=0, le=100)
    """How similar is similar enough for FUZZY, of 100."""
    validations: tuple[Validation, ...] = ()

    @model_validator(mode="after")
    def _category_has_options(self) -> Self:
        if self.column_type is ColumnType.CATEGORY and not self.options:
            raise ValueError("a category column needs options")
        return self


class TargetModelDocument(Document):
    """A target data model as users write it."""

    name: str = Field(min_length=1, max_length=200)
    columns: tuple[TargetColumn, ...] = Field(min_length=1)
    permissions: Permissions = Permissions()

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        keys = [column.key for column in self.columns]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"column keys must be unique; used more than once: {', '.join(twice)}")
        return self

    @property
    def connectors(self) -> frozenset[str]:
        """The connectors its validations ask."""
        named = (validation.connector for column in self.columns for validation in column.validations)
        return frozenset(connector for connector in named if connector)

    def with_connectors(self, renamed: Callable[[str, str], str]) -> Self:
        """The same with other names for the connectors its validations ask.

        Args:
            renamed: Answers the new name of a connector, given the one there and the dotted path where it stands.
        """
        columns = tuple(
            column.model_copy(
                update={
                    "validations": tuple(
                        _with_connector(validation, renamed, f"columns.{place}.validations.{number}.connector")
                        for number, validation in enumerate(column.validations)
                    )
                }
            )
            for place, column in enumerate(self.columns)
        )
        return self.model_copy(update={"columns": columns})


def _with_connector(validation: Validation, renamed: Callable[[str, str], str], at: str) -> Validation:
    if validation.connector is None:
        return validation
    return Validation.model_validate({**validation.model_dump(), "connector": renamed(validation.connector, at)})


@dataclass(frozen=True, kw_only=True)
class TargetModel:
    """A target data model as we remember it."""

    id: TargetModelId
    document: TargetModelDocument
    audit: Audit
