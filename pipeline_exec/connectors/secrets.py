"""Secrets in configurations: cleaned when they come in, and masked in whatever goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, SecretStr

MASK = "********"

#: Shorter ones would mask ordinary text.
_SHORTEST = 4


def _checked_for_header(secret: SecretStr) -> SecretStr:
    # What is pasted or read from a file often ends with a line break.
    text = secret.get_secret_value().strip()
    if not text.isprintable():
        raise ValueError("must not contain line breaks or control characters")
    return SecretStr(text)


HeaderSecret = Annotated[SecretStr, AfterValidator(_checked_for_header)]
"""A secret that is sent in a header."""


def secrets_of(value: object) -> Iterator[str]:
    """Every secret in a document, in the clear."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_of(getattr(value, name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from secrets_of(part)


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret as stars."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, MASK)
    return text
