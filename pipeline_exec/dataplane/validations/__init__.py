"""Validations by name: a new one is a file of this folder and a line of this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline_exec.dataplane.problems import unknown
from pipeline_exec.dataplane.validations.bounds import MaxRule, MinRule
from pipeline_exec.dataplane.validations.check import Rule
from pipeline_exec.dataplane.validations.compare import CompareRule
from pipeline_exec.dataplane.validations.length import LengthRule
from pipeline_exec.dataplane.validations.one_of import OneOfRule
from pipeline_exec.dataplane.validations.regex import RegexRule
from pipeline_exec.dataplane.validations.required import RequiredRule
from pipeline_exec.dataplane.validations.required_with import RequiredWithoutRule, RequiredWithRule
from pipeline_exec.dataplane.validations.sql import SqlRule
from pipeline_exec.dataplane.validations.unique import UniqueRule
from pipeline_exec.dataplane.validations.webhook import WebhookRule
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.target_model import Validation

VALIDATIONS: Final[Mapping[str, type[Rule]]] = {
    "COMPARE": CompareRule,
    "LENGTH": LengthRule,
    "MAX": MaxRule,
    "MIN": MinRule,
    "ONE_OF": OneOfRule,
    "REGEX": RegexRule,
    "REQUIRED": RequiredRule,
    "REQUIRED_WITH": RequiredWithRule,
    "REQUIRED_WITHOUT": RequiredWithoutRule,
    "SQL": SqlRule,
    "UNIQUE": UniqueRule,
    "WEBHOOK": WebhookRule,
}


def rule_of(validation: Validation) -> Rule:
    """The rule a user wrote.

    Raises:
        InvalidDocument: there is none of this type, or its arguments are wrong; paths are relative to the validation.
    """
    kind = VALIDATIONS.get(validation.type)
    if kind is None:
        message = unknown("validation", validation.type, VALIDATIONS)
        raise InvalidDocument(f"{message}.", [FieldProblem("type", message)])
    return kind.parse(validation.arguments)
