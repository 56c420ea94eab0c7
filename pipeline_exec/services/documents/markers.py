"""Markers: what may stand in a document in place of a value that a file should not hold.

``{env: VARIABLE}`` is the value of an environment variable, ``{home: folder/file}`` a path below the service's home,
``{literal: {env: staging}}`` a mapping that only looks like a marker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline_exec.errors import FieldProblem, InvalidDocument

_MARKERS = {"env", "home", "literal"}


def from_environment(variable: str) -> dict[str, object]:
    """The marker of an environment variable."""
    return {"env": variable}


def below_home(path: str) -> dict[str, object]:
    """The marker of a path below the service's home."""
    return {"home": path}


def literal(mapping: Mapping[str, object]) -> dict[str, object]:
    """The mapping, marked as one where it looks like a marker."""
    looks_marked = len(mapping) == 1 and mapping.keys() <= _MARKERS
    return {"literal": dict(mapping)} if looks_marked else dict(mapping)


@dataclass(frozen=True)
class Surroundings:
    """What markers stand for, here and now."""

    environ: Mapping[str, str]
    home: Path

    def filled(self, document: Mapping[str, object]) -> dict[str, object]:
        """The document with values in place of markers.

        Raises:
            InvalidDocument: variables are not set; it names each, and the field that wants it.
        """
        problems: list[FieldProblem] = []
        body = {key: self._filled(value, key, problems.append) for key, value in document.items()}
        if problems:
            named = "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
            raise InvalidDocument(f"The document asks for what is not set: {named}.", problems, "Set it and try again.")
        return body

    def _filled(self, value: object, at: str, problem: Callable[[FieldProblem], None]) -> object:
        if isinstance(value, list):
            return [self._filled(part, f"{at}.{index}", problem) for index, part in enumerate(value)]
        if not isinstance(value, dict):
            return value
        members = value
        match list(value.items()):
            case [("env", str(variable))]:
                if variable not in self.environ:
                    problem(FieldProblem(at, f"the environment variable {variable} is not set"))
                return self.environ.get(variable)
            case [("home", str(path))]:
                return str(self.home.absolute() / path)
            case [("literal", dict(mapping))]:
                members = mapping
        return {key: self._filled(part, f"{at}.{key}", problem) for key, part in members.items()}
