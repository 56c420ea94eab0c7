"""``make docs``: write the reference pages from the code, so that they say what is true. A test compares them."""

import enum
import inspect
import json
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from docs import column_types, findings
from pipeline_exec.connectors.registry import kinds
from pipeline_exec.dataplane.column_types import COLUMN_TYPES
from pipeline_exec.dataplane.transformations import TRANSFORMATIONS
from pipeline_exec.dataplane.validations import VALIDATIONS
from pipeline_exec.errors import ErrorType
from pipeline_exec.formats.registry import READ_ONLY, TABLE
from pipeline_exec.model.pipeline import ErrorConfig, OutputOptions, ReadOptions
from pipeline_exec.model.schedule import ScheduleConfig
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.settings import PREFIX, Settings

FOLDER = Path(__file__).parent
WRITTEN = "<!-- Written by `make docs` from the code; change the docstrings there. -->"


def pages() -> dict[str, str]:
    """Each page by its file name."""
    return {
        "column-types.md": column_types.page(),
        **findings.pages(),
        "reference.md": "\n".join(_reference()) + "\n",
        "settings.md": "\n".join(_settings()) + "\n",
    }


def _reference() -> Iterator[str]:
    yield from ("# Reference", "", WRITTEN, "")
    yield from ("## Connectors", "")
    for kind in kinds(Settings()):
        triggers = " or ".join(kind.triggers)
        yield from (f"### {kind.node_type} {kind.direction.lower()}{', ' + triggers if triggers else ''}", "")
        yield from _attributes(kind.configuration)
    both = [name for name in TABLE if name not in READ_ONLY]
    yield from ("## Formats", "", f"Read and written: {', '.join(f'`{name}`' for name in both)}.", "")
    yield from (f"Read only: {', '.join(f'`{name}`' for name in TABLE if name in READ_ONLY)}.", "")
    yield from ("### `read_options`", "", *_attributes(ReadOptions))
    yield from ("### `output_options`", "", *_attributes(OutputOptions))
    yield from ("## Transformations", "", *_families(TRANSFORMATIONS))
    yield from ("## Target columns", "", *_attributes(TargetColumn))
    yield from ("### Column types", "", "A cell that is none is the finding `type.<name>`.", "")
    yield from ("| type | what its cells are |", "| --- | --- |")
    yield from (f"| `{name}` | {_sentence(kind)} |" for name, kind in COLUMN_TYPES.items())
    yield from ("", "## Validations", "", "The finding's code is the name in lower case.", "", *_families(VALIDATIONS))
    yield from ("## `error_config`", "", *_attributes(ErrorConfig))
    yield from (
        "## `schedule_config`",
        "",
        _text(inspect.getdoc(ScheduleConfig) or ""),
        "",
        *_attributes(ScheduleConfig),
    )
    yield from ("## Error types", "", "| type | meaning |", "| --- | --- |")
    yield from (f"| `{member.name}` | {meaning} |" for member, meaning in _members(ErrorType))


def _settings() -> Iterator[str]:
    yield from ("# Settings", "", WRITTEN, "")
    yield from (_text(inspect.getdoc(inspect.getmodule(Settings)) or ""), "")
    yield from ("| variable | default | meaning |", "| --- | --- | --- |")
    for name, field in Settings.model_fields.items():
        yield f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_text(field.description or _docs(Settings)[name])} |"


def _families(table: dict[str, type[BaseModel]]) -> Iterator[str]:
    yield from ("| name | what it does | arguments |", "| --- | --- | --- |")
    for name, family in table.items():
        arguments = ", ".join(
            f"`{argument}`" + ("" if field.is_required() else f" ({_default(field) or 'optional'})")
            for argument, field in family.model_fields.items()
        )
        yield f"| `{name}` | {_sentence(family)} | {arguments or 'none'} |"
    yield ""


def _attributes(document: type[BaseModel]) -> Iterator[str]:
    yield from ("| attribute | kind | default | meaning |", "| --- | --- | --- | --- |")
    docs = _docs(document)
    for name, field in document.model_fields.items():
        meaning = _text(field.description or docs.get(name, ""))
        yield f"| `{name}` | {_kind(field.annotation)} | {_default(field)} | {meaning} |"
    yield ""


def _docs(document: type[BaseModel]) -> dict[str, str]:
    """What stands under the attributes of a class and of those it inherits from."""
    found: dict[str, str] = {}
    for each in reversed(document.__mro__):
        if each.__module__.startswith("pipeline_exec"):
            pattern = r'^    (\w+):[^\n]*(?:\n        [^\n]*|\n    \)[^\n]*)*\n    """(.+?)"""'
            found |= dict(re.findall(pattern, inspect.getsource(each), flags=re.MULTILINE | re.DOTALL))
    return found


def _members(kind: type[enum.Enum]) -> Iterator[tuple[enum.Enum, str]]:
    source = inspect.getsource(kind)
    for member in kind:
        match = re.search(rf'^    {member.name} = [^\n]*\n    """(.+?)"""', source, flags=re.MULTILINE | re.DOTALL)
        yield member, _text(match[1] if match else "")


def _kind(annotation: object) -> str:
    if typing.get_origin(annotation) is typing.Annotated:
        return _kind(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        kinds_ = [_kind(part) for part in typing.get_args(annotation) if part is not type(None)]
        return " or ".join(dict.fromkeys(kinds_))
    if typing.get_origin(annotation) is typing.Literal:
        return " ".join(map(_code, typing.get_args(annotation)))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (tuple, list):
        return f"list of {_kind(arguments[0])}"
    if origin is dict:
        return "object"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return " ".join(f"`{member.value}`" for member in annotation)
    if annotation is SecretStr:
        return "secret"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names.get(annotation, "object" if isinstance(annotation, type) else "text")  # type: ignore[call-overload]


def _default(field: object) -> str:
    if field.is_required():  # type: ignore[attr-defined]
        return "required"
    value = field.default  # type: ignore[attr-defined]
    if value is PydanticUndefined:
        made = field.get_default(call_default_factory=True)  # type: ignore[attr-defined]
        return "processors, at most 8" if isinstance(made, int) else ""
    if value is None or value == "" or isinstance(value, BaseModel | tuple | frozenset):
        return ""
    shown = value.value if isinstance(value, enum.Enum) else value
    return _code(str(shown).lower() if isinstance(shown, bool) else shown)


def _code(value: object) -> str:
    """A value as it is written: what ends a line must not end the table's."""
    return f"`{json.dumps(value)[1:-1] if isinstance(value, str) and not value.isprintable() else value}`"


def _sentence(thing: object) -> str:
    return _text((inspect.getdoc(thing) or "").split("\n\n")[0])


def _text(text: str) -> str:
    """One line of Markdown from a docstring."""
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())


if __name__ == "__main__":
    for name, page in pages().items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_text(page, encoding="utf-8")
