"""Tokens of OAuth 2: fetched when needed, kept while they live."""

from __future__ import annotations

import json
import math
import time

import httpx

from pipeline_exec.connectors.failures import Family
from pipeline_exec.connectors.http_answers import refusal
from pipeline_exec.connectors.http_auth import Credentials, OAuth2Auth, bearing
from pipeline_exec.connectors.http_body import body_of
from pipeline_exec.connectors.http_errors import http_errors
from pipeline_exec.connectors.secrets import secrets_of

#: A token and what comes with it are far smaller.
_ANSWER_BYTES = 64 * 1024

#: Seconds before its end from which on a token is not used any more.
_MARGIN = 10.0


class Tokens:
    """The current token of one client."""

    def __init__(self, auth: OAuth2Auth, client: httpx.Client, family: Family) -> None:
        self._auth = auth
        self._client = client
        self._family = family
        self.held: str | None = None
        """The token itself, dead or alive."""
        self._ends = math.inf

    def credentials(self) -> Credentials:
        """A token that is alive.

        Raises:
            ExecutionFailure: of the family; the token endpoint cannot be reached, or gives none.
        """
        if self.held is None or time.monotonic() > self._ends:
            self.held, lifetime = self._fetched()
            self._ends = time.monotonic() + lifetime - _MARGIN
        return bearing(self.held)

    def forget(self) -> None:
        """The token was refused: fetch another when one is needed."""
        self.held = None

    def _fetched(self) -> tuple[str, float]:
        request = self._client.build_request("POST", self._auth.token_url, data=self._auth.form)
        with http_errors(request.url.host, self._family):
            response = self._client.send(request, stream=True, auth=None)
        try:
            if not response.is_success:
                raise refusal(response, self._family, secrets_of(self._auth))
            return self._parsed(b"".join(body_of(response, self._family, _ANSWER_BYTES)))
        finally:
            response.close()

    def _parsed(self, answer: bytes) -> tuple[str, float]:
        try:
            document = json.loads(answer)
            token, lifetime = document["access_token"], float(document.get("expires_in", math.inf))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            token, lifetime = None, 0.0
        if not isinstance(token, str) or not token.isprintable():
            raise self._family.refused(
                f"{httpx.URL(self._auth.token_url).host} answered without an access token.",
                "Check that token_url is the token endpoint of the authorisation server.",
            )
        return token, lifetime
