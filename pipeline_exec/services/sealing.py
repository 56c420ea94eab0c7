"""Sealing: how the secrets in a document are kept, shown and given back.

In a document a secret is a ``SecretStr``; at rest it is ``{"$sealed": "…"}``; in an answer it is ``"********"``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.document import Document
from pipeline_exec.ports import Vault

MASK = "********"
"""What stands in an answer in place of a secret, and in a request to keep the one that is there."""

SEALED = "$sealed"

ADDRESSES = ("url", "token_url", "host", "port", "endpoint_url", "location")
"""Attributes that say where secrets are sent."""


@dataclass(frozen=True)
class Sealing:
    """Turns secrets into what may be kept, and back."""

    vault: Vault

    def sealed(self, document: Document) -> dict[str, object]:
        """The document as JSON with every secret encrypted; what is unset stays away.

        Raises:
            InvalidDocument: it has a part that looks like an encrypted secret.
        """
        dumped = document.model_dump(mode="python", exclude_unset=True)
        return {key: self._seal(value) for key, value in dumped.items()}

    def unsealed(self, stored: dict[str, object]) -> dict[str, object]:
        """The document as its author wrote it, secrets in the clear: for the place that uses them, never for an answer.

        Raises:
            Unavailable: the vault's key is not the one it was sealed with.
        """
        return {key: _replaced(value, self.vault.unseal) for key, value in stored.items()}

    def revealed(self, raw: dict[str, object], stored: dict[str, object], *, at: str) -> dict[str, object]:
        """A changed document with each mask replaced by the secret that is stored in its place.

        Args:
            raw: What the user sent.
            stored: What is kept.
            at: Dotted path of ``raw``, to name a mask behind which there is nothing.

        Raises:
            InvalidDocument: a mask stands where there was no secret, or the secrets would go to another address now.
        """
        secrets = self.unsealed(stored)
        if _holds_mask(raw) and _addresses(raw) != _addresses(secrets):
            # Else whoever may change a connector, and not see its secrets, could have them sent to a host of their own.
            raise InvalidDocument(
                f"The address in {at} is another than before, so its secrets must be given again.",
                [FieldProblem(at, f"replace each {MASK} by the secret itself")],
            )
        return {key: _unmasked(value, secrets.get(key), at=f"{at}.{key}") for key, value in raw.items()}

    def _seal(self, value: object) -> object:
        if isinstance(value, SecretStr):
            return {SEALED: self.vault.seal(value.get_secret_value())}
        if isinstance(value, dict):
            if SEALED in value:
                # Else a stranger's cipher text would be decrypted for whoever sends it.
                raise InvalidDocument(
                    f"{SEALED} is a name this service keeps for itself.", [FieldProblem(SEALED, "use another name")]
                )
            return {key: self._seal(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self._seal(part) for part in value]
        return to_jsonable_python(value)


def masked(stored: dict[str, object]) -> dict[str, object]:
    """The document as answers show it."""
    return {key: _replaced(value, lambda _: MASK) for key, value in stored.items()}


def _addresses(document: object, name: str = "") -> dict[str, object]:
    """Where a document's secrets are sent: scheme, host and port of each address in it."""
    found: dict[str, object] = {}
    if isinstance(document, dict):
        for key, value in document.items():
            found |= _addresses(value, f"{name}.{key}")
    elif isinstance(document, str) and name.rpartition(".")[2] in ADDRESSES:
        parts = urlsplit(document)
        found[name] = (parts.scheme, parts.netloc) if parts.netloc else document
    return found


def _holds_mask(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_mask(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_mask(part) for part in value)
    return value == MASK


def _unmasked(raw: object, previous: object, *, at: str) -> object:
    if raw == MASK:
        if not isinstance(previous, str):
            raise InvalidDocument(
                f"{at} is the mask of a secret, and there is no secret to keep.",
                [FieldProblem(at, "give the secret itself")],
            )
        return previous
    if isinstance(raw, dict):
        there = previous if isinstance(previous, dict) else {}
        return {key: _unmasked(value, there.get(key), at=f"{at}.{key}") for key, value in raw.items()}
    if isinstance(raw, list):
        parts = zip_longest(raw, previous[: len(raw)] if isinstance(previous, list) else [])
        return [_unmasked(part, before, at=f"{at}.{index}") for index, (part, before) in enumerate(parts)]
    return raw


def _replaced(value: object, secret: Callable[[str], str]) -> object:
    if isinstance(value, dict):
        if value.keys() == {SEALED}:
            return secret(str(value[SEALED]))
        return {key: _replaced(part, secret) for key, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, secret) for part in value]
    return value
