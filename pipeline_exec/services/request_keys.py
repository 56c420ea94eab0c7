"""Request keys: what makes a repeated request find what the first one made."""

from __future__ import annotations

from pipeline_exec.errors import FieldProblem, InvalidDocument

LONGEST_KEY = 200
"""Characters of an idempotency key: the databases' indexes take no text of any length."""


def check_key(idempotency_key: str | None) -> None:
    """Return if a caller's key can be remembered.

    Raises:
        InvalidDocument: it is too long.
    """
    if idempotency_key and len(idempotency_key) > LONGEST_KEY:
        problem = f"is longer than {LONGEST_KEY} characters"
        raise InvalidDocument(f"The idempotency key {problem}.", [FieldProblem("idempotency_key", problem)])
