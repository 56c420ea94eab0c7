"""Transformations by name: a new one is a file of this folder and a line of this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline_exec.dataplane.problems import unknown
from pipeline_exec.dataplane.transformations.arithmetic import Arithmetic
from pipeline_exec.dataplane.transformations.case import Case
from pipeline_exec.dataplane.transformations.coalesce import Coalesce
from pipeline_exec.dataplane.transformations.constant import Constant, Default
from pipeline_exec.dataplane.transformations.date import Date
from pipeline_exec.dataplane.transformations.join import Concatenate, Join
from pipeline_exec.dataplane.transformations.lookup import Lookup
from pipeline_exec.dataplane.transformations.number import Number
from pipeline_exec.dataplane.transformations.option_mapping import OptionMapping
from pipeline_exec.dataplane.transformations.plugin import Plugin
from pipeline_exec.dataplane.transformations.regex import RegexExtract, RegexReplace
from pipeline_exec.dataplane.transformations.replace import Replace
from pipeline_exec.dataplane.transformations.split import Split
from pipeline_exec.dataplane.transformations.sql import Sql
from pipeline_exec.dataplane.transformations.step import Merger, RowStep, Step
from pipeline_exec.dataplane.transformations.trim import Trim
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.mapping import Transformation

TRANSFORMATIONS: Final[Mapping[str, type[Step | Merger | RowStep]]] = {
    "ARITHMETIC": Arithmetic,
    "CASE": Case,
    "COALESCE": Coalesce,
    "CONCATENATE": Concatenate,
    "CONSTANT": Constant,
    "DATE": Date,
    "DEFAULT": Default,
    "JOIN": Join,
    "LOOKUP": Lookup,
    "NUMBER": Number,
    "OPTION_MAPPING": OptionMapping,
    "PLUGIN": Plugin,
    "REGEX_EXTRACT": RegexExtract,
    "REGEX_REPLACE": RegexReplace,
    "REPLACE": Replace,
    "SPLIT": Split,
    "SQL": Sql,
    "TRIM": Trim,
}


def build(transformation: Transformation, *, at: str) -> Step | Merger | RowStep:
    """The transformation a user wrote, ready to be applied.

    Args:
        transformation: Its type and arguments.
        at: Dotted path of it within the user's document.

    Raises:
        InvalidDocument: there is none of this type, or its arguments are wrong.
    """
    kind = TRANSFORMATIONS.get(transformation.type)
    if kind is None:
        message = unknown("transformation", transformation.type, TRANSFORMATIONS)
        raise InvalidDocument(f"{message}.", [FieldProblem(f"{at}.type", message)])
    return kind.parse(transformation.arguments, at=at)
