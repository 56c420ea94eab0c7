"""Examples: how each is started, how its runs must end, and how they did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline_exec.cli.yaml_text import read_yaml
from pipeline_exec.errors import ErrorType, InvalidDocument
from pipeline_exec.model.document import Document
from pipeline_exec.model.execution import ExecutionTrigger, Status

EXPECTATIONS = "expectations.yaml"
"""The file that says how the examples of its folder are started and must end."""


class Ending(Document):
    """How one run of an example must end; what is not given may be anything."""

    status: Status
    error: ErrorType | None = None
    trigger: ExecutionTrigger | None = None
    rows: int | None = None
    """For a wrapper the points sent."""
    cells: int | None = None
    error_cells: int | None = None
    error_rows: int | None = None


class Drop(Document):
    """A file of the examples is put into a folder below the home."""

    drop: str
    into: str


class Push(Document):
    """A file of the examples is sent to a connector."""

    push: str
    to: str


class Fix(Document):
    """What a person would repair: the mapping of one target column."""

    mapping: dict[str, object]
    """Replaces the attributes of the mapping that has this ``target_column``."""
    save: bool = False


class Example(Document):
    """One pipeline or wrapper, how it is started, and how each of its runs must end."""

    pipeline: str | None = None
    wrapper: str | None = None
    start: Drop | Push | Literal["execute"] = "execute"
    fix: Fix | None = None
    ends: tuple[Ending, ...]

    @property
    def name(self) -> str:
        """Of its pipeline or wrapper."""
        return self.pipeline or self.wrapper or ""


@dataclass(frozen=True)
class Outcome:
    """How one run ended."""

    example: str
    run: str
    """CREATE or FIX."""
    expected: Ending
    ended: Ending | None
    """None when there was no such run."""
    duration: int | None
    """Milliseconds."""

    @property
    def differences(self) -> list[str]:
        """What is not as it must be, in a few words each."""
        if self.ended is None:
            return [f"there was no run of type {self.run}"]
        return [
            f"{name} is {getattr(self.ended, name)}, not {expected}"
            for name in Ending.model_fields
            if (expected := getattr(self.expected, name)) is not None and getattr(self.ended, name) != expected
        ]


def read_examples(file: Path) -> list[Example]:
    """The examples of an expectations file.

    Raises:
        InvalidDocument: it is not there, or not valid.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidDocument(f"{file} cannot be read: {error.strerror}.") from None
    return [
        Example.parse(raw, at=f"{file}: {index}")
        for document in read_yaml(text, str(file))
        for index, raw in enumerate(document.value if isinstance(document.value, list) else [document.value])
    ]
