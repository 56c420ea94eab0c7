"""What pulls from and pushes to HTTP servers have in common: the attributes of their configurations."""

from __future__ import annotations

from pydantic import Field, field_validator

from pipeline_exec.connectors.http_address import HttpAddress
from pipeline_exec.connectors.http_auth import Auth, HeaderName, NoAuth
from pipeline_exec.connectors.secrets import HeaderSecret
from pipeline_exec.model.document import Document

#: These belong to the connection and to the delivery, not to the user.
_OURS = {"connection", "content-length", "expect", "host", "idempotency-key", "keep-alive"} | {
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


class HttpEndpoint(Document):
    """An address, how to prove who asks, and how long to wait."""

    url: HttpAddress
    headers: dict[HeaderName, HeaderSecret] = Field(default_factory=dict)
    """Sent with every request; the values are secrets."""
    auth: Auth = NoAuth()
    timeout_seconds: float | None = Field(None, gt=0, le=3600)
    """How long the server may take to connect, to begin its answer, and between any two parts of it; as the service's
    settings say when not given. Twenty times that, a request ends whatever the server does."""

    @field_validator("headers")
    @classmethod
    def _headers_are_the_users(cls, headers: dict[str, HeaderSecret]) -> dict[str, HeaderSecret]:
        for name in headers:
            if name.lower() in _OURS:
                raise ValueError(f"the header {name} is set by the service; leave it out")
        return headers
