"""What users write: frozen pydantic documents that refuse what they do not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline_exec.errors import FieldProblem, InvalidDocument


class Document(BaseModel):
    """A frozen document; unknown attributes are errors, so that a typing mistake never passes silently."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        # Texts of any bound are looked at, and refused if half a character is in them.
        str_min_length=0,
    )

    @classmethod
    def parse(cls, raw: object, *, at: str = "") -> Self:
        """Validate what a user wrote.

        Args:
            raw: The decoded JSON or YAML.
            at: Dotted path of ``raw`` within the user's document, to name fields as the user knows them.

        Raises:
            InvalidDocument: with one problem for each wrong field.
        """
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise invalid_document(error, at=at) from None

    def to_json(self) -> dict[str, object]:
        """The document as JSON values, as a client would send it."""
        dumped: dict[str, object] = self.model_dump(mode="json")
        return dumped


def invalid_document(error: ValidationError, *, at: str = "") -> InvalidDocument:
    """Say in our words what pydantic found."""
    return invalid(field_problems(error.errors(include_url=False), at=at))


def invalid(problems: Sequence[FieldProblem]) -> InvalidDocument:
    """The refusal of a document, with the first problems in its message."""
    named = "; ".join(f"{problem.field or 'document'}: {problem.message.rstrip('.')}" for problem in problems[:5])
    more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
    return InvalidDocument(f"The document is not valid: {named}{more}.", problems)


def field_problems(details: Sequence[Mapping[str, Any]], *, at: str = "") -> list[FieldProblem]:
    """What pydantic found, in our words.

    Args:
        details: As its errors list them.
        at: Dotted path of the document within the user's.
    """
    wrong = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    return [
        FieldProblem(field=dotted((*([at] if at else []), *detail["loc"])), message=_sentence(detail))
        for detail in details
        # Pydantic calls a list too short when its items are wrong.
        if detail["type"] != "too_short" or detail["loc"] not in wrong
    ]


def dotted(location: tuple[int | str, ...]) -> str:
    """``("columns", 0, "key")`` as ``columns.0.key``."""
    return ".".join(str(part) for part in location)


def _sentence(detail: Mapping[str, Any]) -> str:
    match detail["type"], detail.get("ctx"):
        case "extra_forbidden", _:
            return "is not a known attribute"
        case "too_short", {"min_length": least}:
            return f"needs at least {least}"
        case "too_long", {"max_length": most}:
            return f"takes at most {most}"
        case (("list_type" | "tuple_type"), _):
            return "is not a list"
        case (("dict_type" | "model_type" | "model_attributes_type" | "dataclass_type"), _):
            return "is not an object with attributes"
        case "string_unicode", _:
            return "holds half a character: a surrogate without its other half"
        case _:
            return str(detail["msg"]).removeprefix("Value error, ")
