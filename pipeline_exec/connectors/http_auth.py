"""How connectors prove to an HTTP server who they are."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from pipeline_exec.connectors.http_address import HttpAddress
from pipeline_exec.connectors.secrets import HeaderSecret
from pipeline_exec.model.document import Document

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
"""RFC 9110, section 5.1."""


@dataclass(frozen=True)
class Credentials:
    """What is added to a request."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    query: dict[str, str] = field(default_factory=dict, repr=False)


class NoAuth(Document):
    """None."""

    type: Literal["NONE"] = "NONE"

    def credentials(self) -> Credentials:
        """Nothing."""
        return Credentials()


class BasicAuth(Document):
    """User and password, RFC 7617."""

    type: Literal["BASIC"]
    username: str = Field(pattern=r"^[^:\x00-\x1f]*$")
    password: SecretStr

    def credentials(self) -> Credentials:
        """Both, in UTF-8."""
        pair = f"{self.username}:{self.password.get_secret_value()}".encode()
        return Credentials(headers={"Authorization": f"Basic {base64.b64encode(pair).decode()}"})


class BearerAuth(Document):
    """A token that does not change, RFC 6750."""

    type: Literal["BEARER"]
    token: HeaderSecret

    def credentials(self) -> Credentials:
        """The token."""
        return bearing(self.token.get_secret_value())


class ApiKeyAuth(Document):
    """A key in a header or in the query."""

    type: Literal["API_KEY"]
    key: HeaderSecret
    header: HeaderName = "X-API-Key"
    """The header that carries it."""
    query: str | None = Field(None, min_length=1)
    """The parameter of the query that carries it instead."""

    def credentials(self) -> Credentials:
        """The key, where it belongs."""
        key = self.key.get_secret_value()
        return Credentials(query={self.query: key}) if self.query else Credentials(headers={self.header: key})


class OAuth2Auth(Document):
    """A token that is fetched with client credentials, RFC 6749 section 4.4, and fetched anew when it expires."""

    type: Literal["OAUTH2"]
    token_url: HttpAddress
    client_id: str
    client_secret: SecretStr
    scope: str | None = None
    audience: str | None = None

    @property
    def form(self) -> dict[str, str]:
        """What is sent to ask for a token."""
        optional = {"scope": self.scope, "audience": self.audience}
        return {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret.get_secret_value(),
            **{name: value for name, value in optional.items() if value is not None},
        }


Auth = Annotated[NoAuth | BasicAuth | BearerAuth | ApiKeyAuth | OAuth2Auth, Field(discriminator="type")]


def bearing(token: str) -> Credentials:
    """A bearer token as credentials."""
    return Credentials(headers={"Authorization": f"Bearer {token}"})
