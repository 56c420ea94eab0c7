"""YAML as documents are written in: values as JSON has them, and the line of every field.

Scalars mean what they mean in YAML 1.2: ``NO`` is a country and ``12:30`` a time of day, not a boolean and a number; a
number with leading zeros is text. Keys are always text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from pipeline_exec.errors import FieldProblem, InvalidDocument

#: Aliases let a small file stand for an endless document.
MOST_VALUES = 200_000
DEEPEST = 60

_TAG = "tag:yaml.org,2002:"
#: YAML 1.2.2, section 10.2 (JSON schema) with the spellings of null and the booleans of section 10.3 (core schema).
_SCALARS = (
    ("null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    ("int", re.compile(r"-?(?:0|[1-9][0-9]*)$"), list("-0123456789")),
    ("float", re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"), list("-0123456789")),
)


@dataclass(frozen=True)
class YamlDocument:
    """One document of a file."""

    value: object
    lines: Mapping[str, int]
    """1-based, by dotted path."""


def read_yaml(text: str, file: str) -> Iterator[YamlDocument]:
    """Every document of a file's text; empty ones are left out.

    Raises:
        InvalidDocument: it is not YAML, or says something twice; the message names the file and the line.
    """
    try:
        loader = _Loader(text)
        while loader.check_node() and (node := loader.get_node()) is not None:
            reading = _Reading(file)
            value = reading.value(node, "", 0)
            if value is not None:
                yield YamlDocument(value, reading.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{file}, line {mark.line + 1}" if mark else file
        raise unreadable(place, f"this is not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise unreadable(file, f"this is not YAML: {error}") from None


def write_yaml(documents: Iterable[Mapping[str, object]]) -> str:
    """The documents as one file's text; read again, they are the same, also for readers of YAML 1.1."""
    text: str = yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, explicit_start=True
    )
    return text


def unreadable(place: str, problem: str) -> InvalidDocument:
    """The error for a file that holds no documents, at a place such as ``orders.yaml, line 3``."""
    return InvalidDocument(f"{place}: {problem}.", [FieldProblem(place, problem)])


class _Loader(
    yaml.reader.Reader,
    yaml.scanner.Scanner,
    yaml.parser.Parser,
    yaml.composer.Composer,
    yaml.resolver.BaseResolver,
):
    """Composes nodes; what they are worth, ``_Reading`` says."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)
        yaml.composer.Composer.__init__(self)
        yaml.resolver.BaseResolver.__init__(self)


class _Dumper(yaml.SafeDumper):
    """Quotes text that any version of YAML would read as something else."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # an override's signature
        return True


for _kind in (_Loader, _Dumper):
    for _name, _pattern, _first in _SCALARS:
        _kind.add_implicit_resolver(_TAG + _name, _pattern, _first)


@dataclass
class _Reading:
    """One document in the making."""

    file: str
    lines: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def value(self, node: yaml.Node, at: str, depth: int) -> object:
        self.count += 1
        if self.count > MOST_VALUES or depth > DEEPEST:
            raise self._wrong(node, "the document is too large or too deep")
        self.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(part, _below(at, str(index)), depth + 1) for index, part in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, at: str, depth: int) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._wrong(key_node, "a key must be text")
            key = key_node.value
            if key in mapping:
                raise self._wrong(key_node, f"{key!r} stands here twice")
            mapping[key] = self.value(value_node, _below(at, key), depth + 1)
            # A field begins where its name stands, also when its value begins on a later line.
            self.lines[_below(at, key)] = key_node.start_mark.line + 1
        return mapping

    def _scalar(self, node: yaml.Node) -> object:
        text: str = node.value
        try:
            match node.tag.removeprefix(_TAG):
                case "str":
                    return text
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    return int(text)
                case "float" if math.isfinite(float(text)):
                    return float(text)
        except ValueError:
            pass
        raise self._wrong(node, f"{text!r} cannot be read as {node.tag.removeprefix(_TAG)}")

    def _wrong(self, node: yaml.Node, problem: str) -> InvalidDocument:
        return unreadable(f"{self.file}, line {node.start_mark.line + 1}", problem)


def _below(at: str, part: str) -> str:
    return f"{at}.{part}" if at else part
