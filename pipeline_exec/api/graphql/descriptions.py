"""Descriptions: what docstrings say of types, attributes, resolvers and enums stands in the schema too."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import strawberry
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField


def describe(schema: strawberry.Schema) -> None:
    """Give whatever has no description of its own the first paragraph of its docstring."""
    for concrete in list(schema.schema_converter.type_map.values()):
        shown: Any = concrete.implementation
        match concrete.definition:
            case StrawberryObjectDefinition(origin=noun, fields=fields):
                shown.description = shown.description or _paragraph(inspect.getdoc(noun))
                named = {schema.config.name_converter.get_graphql_name(field): field for field in fields}
                for name, attribute in shown.fields.items():
                    attribute.description = _said(named[name], noun)
            case StrawberryEnumDefinition(wrapped_cls=noun):
                shown.description = shown.description or _paragraph(inspect.getdoc(noun))
                said = _attributes(noun)
                for name, value in shown.values.items():
                    value.description = said.get(name)


def _said(field: StrawberryField, noun: type) -> str | None:
    if field.description:
        return field.description
    if field.base_resolver:
        return _paragraph(field.base_resolver.wrapped_func.__doc__)
    return next((said for base in noun.__mro__ if (said := _attributes(base).get(field.python_name))), None)


def _attributes(noun: type) -> Mapping[str, str]:
    """The docstrings below the attributes of a class."""
    return _module(noun.__module__).get(noun.__qualname__, {})


@cache
def _module(name: str) -> Mapping[str, Mapping[str, str]]:
    """For each class of a module, the docstrings below its attributes; none where there is no source."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[name]))
    except (OSError, TypeError):
        return {}
    return {node.name: _below_attributes(node.body) for node in tree.body if isinstance(node, ast.ClassDef)}


def _below_attributes(body: Iterable[ast.stmt]) -> Mapping[str, str]:
    said = {}
    for statement, below in pairwise(body):
        match statement, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[name] = _paragraph(text) or ""
    return said


def _paragraph(docstring: str | None) -> str | None:
    """The first paragraph, in one line."""
    return " ".join(inspect.cleandoc(docstring).split("\n\n")[0].split()) if docstring else None
