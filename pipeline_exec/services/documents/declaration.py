"""Declarations: documents as somebody wrote them down in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_exec.errors import FieldProblem, InvalidDocument

Body = Mapping[str, object]
"""A document's attributes as decoded from YAML or JSON."""


class Kind(StrEnum):
    """What a document declares."""

    CONNECTOR = "Connector"
    TARGET_DATA_MODEL = "TargetDataModel"
    PIPELINE = "Pipeline"
    WRAPPER = "Wrapper"


@dataclass(frozen=True)
class Origin:
    """Where a document was declared."""

    file: str
    lines: Mapping[str, int]
    """The 1-based line of each field, by dotted path; the document itself is ``""``. Empty when lines are not known."""

    def of(self, field: str) -> str:
        """Where a field stands, or what it stands in: ``orders.yaml, line 12``."""
        parts = field.split(".") if field else []
        prefixes = (".".join(parts[:length]) for length in range(len(parts), -1, -1))
        line = next((self.lines[prefix] for prefix in prefixes if prefix in self.lines), None)
        return f"{self.file}, line {line}" if line else self.file


@dataclass(frozen=True)
class Declaration:
    """A document as somebody declared it: names instead of ids, values from the environment filled in."""

    kind: str
    name: str
    body: Body
    """All attributes but the kind."""
    origin: Origin


def refusal(problems: Sequence[FieldProblem]) -> InvalidDocument:
    """The error for documents none of which is applied; the fields of the problems say where they are."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = "".join(f"\n  {problem.field}: {problem.message}" for problem in problems)
    return InvalidDocument(f"Nothing was applied, because of {count}.{lines}", problems)
