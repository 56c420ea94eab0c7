"""Document files: what ``apply`` reads from a file or a folder, ready to be applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_exec.cli.yaml_text import YamlDocument, read_yaml, unreadable
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.services.documents import Declaration, Origin, Surroundings, refusal

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class DocumentFiles:
    """Everything a file or a folder declares."""

    declarations: tuple[Declaration, ...]
    skipped: tuple[Path, ...]
    """Files of the folder none of whose documents has a kind: data, settings of other programs."""


def read_documents(path: Path, surroundings: Surroundings) -> DocumentFiles:
    """Read a file, or every YAML and JSON file of a folder and the folders in it; hidden ones are left out.

    Relative paths in a document are relative to the folder of its file.

    Raises:
        InvalidDocument: there is nothing to read, or documents cannot be read; each problem names file, line and field.
    """
    if not path.exists():
        raise InvalidDocument(f"There is no file or folder {path}.", remedy="Name one that holds documents.")
    reading = _Reading(surroundings)
    for file in sorted(_files(path)) if path.is_dir() else [path]:
        reading.read(file, may_be_other=path.is_dir())
    if reading.problems:
        raise refusal(reading.problems)
    if not reading.declarations:
        raise InvalidDocument(f"{path} holds no document.", remedy="A document has a kind, a name and attributes.")
    return DocumentFiles(tuple(reading.declarations), tuple(reading.skipped))


@dataclass
class _Reading:
    """What was read so far."""

    surroundings: Surroundings
    declarations: list[Declaration] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)

    def read(self, file: Path, *, may_be_other: bool) -> None:
        try:
            documents = list(_raw(file))
        except InvalidDocument as error:
            self.problems += error.problems
            return
        if may_be_other and not any("kind" in _mapping(document) for document in documents):
            self.skipped.append(file)
            return
        for document in documents:
            self._declare(document, file)

    def _declare(self, document: YamlDocument, file: Path) -> None:
        raw, origin = _mapping(document), Origin(str(file), document.lines)
        kind, name = raw.get("kind"), raw.get("name")
        if not isinstance(kind, str) or not isinstance(name, str):
            self.problems.append(FieldProblem(origin.of(""), "a document has a kind and a name, both text"))
            return
        try:
            body = self.surroundings.filled({key: value for key, value in raw.items() if key != "kind"})
        except InvalidDocument as error:
            self.problems += [
                FieldProblem(f"{origin.of(problem.field)}: {kind} {name!r}, {problem.field}", problem.message)
                for problem in error.problems
            ]
        else:
            self.declarations.append(Declaration(kind, name, _anchored(body, kind, file.parent), origin))


def _mapping(document: YamlDocument) -> dict[str, object]:
    return document.value if isinstance(document.value, dict) else {}


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix.lower() in SUFFIXES and not hidden and file.is_file():
            yield file


def _raw(file: Path) -> Iterator[YamlDocument]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise unreadable(str(file), f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise unreadable(str(file), "it is not text in UTF-8") from None
    return _json(text, file) if file.suffix.lower() == ".json" else read_yaml(text, str(file))


def _json(text: str, file: Path) -> Iterator[YamlDocument]:
    """The object a JSON file holds, or each object of its array."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(f"{file}, line {error.lineno}", f"this is not JSON: {error.msg}") from None
    except RecursionError:
        raise unreadable(str(file), "it is nested too deep") from None
    for document in value if isinstance(value, list) else [value]:
        yield YamlDocument(document, {})


def _anchored(body: dict[str, object], kind: str, folder: Path) -> dict[str, object]:
    """The document with absolute paths in place of those relative to its folder."""
    if body.get("node_type") == "LOCAL":
        _anchor(body.get("configuration"), "path", folder)
    if kind == "Wrapper":
        _anchor(body.get("source_config"), "file", folder)
        if body.get("source_type") != "API":
            _anchor(body.get("source_config"), "location", folder)
        destination = body.get("destination")
        if isinstance(destination, dict) and destination.get("node_type") == "LOCAL":
            _anchor(destination.get("configuration"), "path", folder)
    return body


def _anchor(mapping: object, key: str, folder: Path) -> None:
    if isinstance(mapping, dict) and isinstance(mapping.get(key), str):
        mapping[key] = str((folder / mapping[key]).resolve())
