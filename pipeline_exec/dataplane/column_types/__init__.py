"""Column types by name: a new one is a file of this folder and a line of this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from pipeline_exec.dataplane.column_types.bic import BicType
from pipeline_exec.dataplane.column_types.boolean import BooleanType
from pipeline_exec.dataplane.column_types.category import CategoryType
from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.column_types.country_code import CountryCodeType
from pipeline_exec.dataplane.column_types.currency_code import CurrencyCodeType
from pipeline_exec.dataplane.column_types.date import DateType
from pipeline_exec.dataplane.column_types.decimal import DecimalType
from pipeline_exec.dataplane.column_types.email import EmailType
from pipeline_exec.dataplane.column_types.float import FloatType, PercentageType
from pipeline_exec.dataplane.column_types.gtin import GtinType
from pipeline_exec.dataplane.column_types.iban import IbanType
from pipeline_exec.dataplane.column_types.int import IntType
from pipeline_exec.dataplane.column_types.phone import PhoneType
from pipeline_exec.dataplane.column_types.string import StringType
from pipeline_exec.dataplane.column_types.time import TimeType
from pipeline_exec.dataplane.column_types.timestamp import TimestampType
from pipeline_exec.dataplane.column_types.url import UrlType
from pipeline_exec.dataplane.column_types.uuid import UuidType
from pipeline_exec.model.target_model import ColumnType, TargetColumn

COLUMN_TYPES: Final[Mapping[ColumnType, type[CellType]]] = {
    ColumnType.STRING: StringType,
    ColumnType.INT: IntType,
    ColumnType.FLOAT: FloatType,
    ColumnType.DECIMAL: DecimalType,
    ColumnType.PERCENTAGE: PercentageType,
    ColumnType.BOOLEAN: BooleanType,
    ColumnType.CATEGORY: CategoryType,
    ColumnType.DATE: DateType,
    ColumnType.TIME: TimeType,
    ColumnType.TIMESTAMP: TimestampType,
    ColumnType.EMAIL: EmailType,
    ColumnType.PHONE: PhoneType,
    ColumnType.URL: UrlType,
    ColumnType.UUID: UuidType,
    ColumnType.IBAN: IbanType,
    ColumnType.BIC: BicType,
    ColumnType.GTIN: GtinType,
    ColumnType.CURRENCY_CODE: CurrencyCodeType,
    ColumnType.COUNTRY_CODE: CountryCodeType,
}


def cell_type(column: TargetColumn) -> CellType:
    """The type of a column, prepared for its format and options.

    Raises:
        InvalidDocument: an attribute of the column is wrong; paths are relative to it.
    """
    return COLUMN_TYPES[column.column_type](column)


def show(values: pa.Array, column: TargetColumn) -> pa.StringArray:
    """Typed values of a column as text, dates and numbers in the column's format.

    Raises:
        InvalidDocument: as ``cell_type``.
    """
    return cell_type(column).show(values)
