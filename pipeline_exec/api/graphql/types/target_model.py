"""Target data models: the columns a pipeline must deliver and what each cell must satisfy."""

from __future__ import annotations

from typing import Self

import strawberry
from strawberry.scalars import JSON

from pipeline_exec.api.graphql.types.connector import Permissions
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.principal import Audited
from pipeline_exec.model import target_model as model
from pipeline_exec.model.target_model import ColumnType, OptionsMatching


@strawberry.type
class Option(Mirror):
    """One allowed value of a category column."""

    label: str
    value: str
    alternative_matches: list[str]


@strawberry.type
class TargetColumn(Mirror):
    """One column of the target."""

    key: str
    """The name the column is delivered under."""
    label: str
    description: str
    column_type: ColumnType
    required: bool
    unique: bool
    output_format: str | None
    """How values are written: a date format, or the name of a form."""
    input_formats: list[str]
    """What is read besides the usual."""
    region: str | None
    """The country whose phone numbers are read without its calling code."""
    number_format: str | None
    """How numbers are written, as an example."""
    alternative_matches: list[str]
    """Other names under which the column is found in a source."""
    options: list[Option]
    options_matching: OptionsMatching
    """How freely cells are matched with options."""
    options_threshold: int
    """How similar is similar enough for FUZZY, of 100."""
    validations: list[JSON]
    """Each has a ``type``, its arguments, and perhaps a ``message``."""

    @classmethod
    def of(cls, column: model.TargetColumn) -> Self:
        return cls.mirror(
            column,
            options=[Option.of(option) for option in column.options],
            validations=[validation.to_json() for validation in column.validations],
        )


@strawberry.type
class TargetDataModel(Audited):
    """The columns a pipeline must deliver."""

    document: strawberry.Private[model.TargetModelDocument]
    name: str
    permissions: Permissions

    @classmethod
    def of(cls, target_model: model.TargetModel) -> Self:
        document = target_model.document
        return cls.audited(
            target_model,
            name=document.name,
            permissions=Permissions.of(document.permissions),
        )

    @strawberry.field
    def columns(self) -> list[TargetColumn]:
        """In the order they are delivered in."""
        return [TargetColumn.of(column) for column in self.document.columns]
