"""Addresses of HTTP servers: as users may write them, and as messages show them."""

from __future__ import annotations

from typing import Annotated

import httpx
from pydantic import AfterValidator, Field


def _checked_url(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(f"is not a URL: {error}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("must be an address that begins with http:// or https://")
    if url.port is not None and not 0 < url.port < 65536:
        raise ValueError("must have a port between 1 and 65535")
    if url.userinfo:
        raise ValueError("must not contain a user or a password; give them as auth of type BASIC")
    return text


HttpAddress = Annotated[str, Field(max_length=4096), AfterValidator(_checked_url)]
"""An absolute URL without credentials."""


def shown_url(url: httpx.URL) -> str:
    """The URL without what may be secret: user, password, query and fragment."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port: what must be equal for credentials to be sent."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
