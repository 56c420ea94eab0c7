"""Target data models as clients write them."""

from __future__ import annotations

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from pipeline_exec.api.graphql.types.connector_input import PermissionsInput
from pipeline_exec.model.target_model import ColumnType, OptionsMatching


@strawberry.input
class OptionInput:
    """One allowed value of a category column."""

    label: str
    value: str
    alternative_matches: list[str] | None = UNSET


@strawberry.input
class TargetColumnInput:
    """One column of the target."""

    key: str
    """The name the column is delivered under."""
    label: str | None = UNSET
    description: str | None = UNSET
    column_type: ColumnType | None = UNSET
    """STRING when left out."""
    required: bool | None = UNSET
    unique: bool | None = UNSET
    output_format: str | None = UNSET
    """How values are written: a date format like ``DD.MM.YYYY`` or ``%d.%m.%Y``, or the name of a form."""
    input_formats: list[str] | None = UNSET
    """What is read besides the usual: date formats, or names of forms."""
    region: str | None = UNSET
    """The country whose phone numbers are read without its calling code: ``DE``."""
    number_format: str | None = UNSET
    """How numbers are written, as an example: ``1.234,56``."""
    alternative_matches: list[str] | None = UNSET
    """Other names under which the column is found in a source."""
    options: list[OptionInput] | None = UNSET
    options_matching: OptionsMatching | None = UNSET
    """How freely cells are matched with options; ALTERNATIVE when left out."""
    options_threshold: int | None = UNSET
    """How similar is similar enough for FUZZY, of 100; 85 when left out."""
    validations: list[JSON] | None = UNSET
    """Each has a ``type``, its arguments, and perhaps a ``message``."""


@strawberry.input
class TargetDataModelInput:
    """A target data model."""

    name: str
    columns: list[TargetColumnInput]
    permissions: PermissionsInput | None = UNSET
