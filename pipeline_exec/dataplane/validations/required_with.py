"""REQUIRED_WITH and REQUIRED_WITHOUT: no cell is empty in rows in which other cells are there, or are not."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import reduce
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from pipeline_exec.dataplane.problems import listed
from pipeline_exec.dataplane.text import CellText
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule, is_one_of, values_of


class Match(StrEnum):
    """How many of the other columns must be so."""

    ANY = "ANY"
    """One of them."""
    ALL = "ALL"
    """Each of them."""


class RequiredWithCheck(Check):
    """A cell is there where others are."""

    code = "required_with"

    def __init__(self, wanted: Mapping[str, pa.Array | None], match: Match, reason: str) -> None:
        self._wanted, self._match, self._reason = wanted, match, reason

    def violations(self, cells: Cells) -> pa.BooleanArray:
        others = [self._is_so(cells.beside[key], values) for key, values in self._wanted.items()]
        return pc.and_(cells.text.is_null(), reduce(pc.or_ if self._match is Match.ANY else pc.and_, others))

    def complaints(self, cells: Cells) -> pa.StringArray:
        return pa.repeat(f"A value is required {self._reason}; the cell is empty.", len(cells.text))

    def _is_so(self, other: Cells, values: pa.Array | None) -> pa.BooleanArray:
        return other.text.is_valid() if values is None else is_one_of(other.values, values)


class RequiredWithoutCheck(RequiredWithCheck):
    """A cell is there where others are not."""

    code = "required_without"

    def _is_so(self, other: Cells, values: pa.Array | None) -> pa.BooleanArray:
        return pc.invert(super()._is_so(other, values))


class RequiredWithRule(Rule):
    """No cell is empty where any (or all, by ``match``) of the other columns has a value, or one of ``values``.

    The values are written as they would stand in cells of those columns.
    """

    code = "required_with"
    columns: tuple[str, ...] = Field(min_length=1)
    match: Match = Match.ANY
    values: tuple[CellText, ...] | None = Field(None, min_length=1)
    _check: ClassVar[type[RequiredWithCheck]] = RequiredWithCheck
    _where: ClassVar[tuple[str, str]] = ("has a value", "is one of")

    def check(self, place: Place, /) -> Check:
        place.others(self.columns, "columns")
        wanted = {key: self._values(place, key) for key in self.columns}
        return self._check(wanted, self.match, self._reason)

    def _values(self, place: Place, key: str) -> pa.Array | None:
        return None if self.values is None else values_of(self.values, place.type_of(key, "columns"), "values")

    @property
    def _reason(self) -> str:
        plain, of_values = self._where
        many = "" if len(self.columns) == 1 else "any of " if self.match is Match.ANY else "each of "
        state = plain if self.values is None else f"{of_values} {listed(self.values)}"
        return f"where {many}{listed(self.columns)} {state}"


class RequiredWithoutRule(RequiredWithRule):
    """No cell is empty where any (or all, by ``match``) of the other columns is empty, or has none of ``values``."""

    code = "required_without"
    _check = RequiredWithoutCheck
    _where = ("is empty", "is none of")
