"""A client for one endpoint: requests with its credentials; failures and refusals as our errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

import httpx

import pipeline_exec
from pipeline_exec.connectors.failures import Family
from pipeline_exec.connectors.http_address import origin
from pipeline_exec.connectors.http_answers import asked_pause, refusal
from pipeline_exec.connectors.http_auth import OAuth2Auth
from pipeline_exec.connectors.http_endpoint import HttpEndpoint
from pipeline_exec.connectors.http_errors import http_errors
from pipeline_exec.connectors.http_tokens import Tokens
from pipeline_exec.connectors.http_transport import Deadline, GuardedTransport
from pipeline_exec.connectors.reach import Reach
from pipeline_exec.connectors.retries import Retries
from pipeline_exec.connectors.secrets import secrets_of
from pipeline_exec.settings import Settings

T = TypeVar("T")

#: How many times its time-out a request may take in all, its retries and redirects included.
PATIENCE = 20
MAX_REDIRECTS = 3


@dataclass(frozen=True)
class Ask:
    """What is asked of the endpoint."""

    method: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    follows: bool = False
    """Whether redirects are followed, three at most."""


class HttpClient:
    """Asks one endpoint, over connections that stay open between requests. To be closed; for one thread."""

    def __init__(
        self,
        endpoint: HttpEndpoint,
        settings: Settings,
        family: Family,
        reach: Reach | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        timeout = endpoint.timeout_seconds or settings.http_timeout_seconds
        self._endpoint = endpoint
        self._url = httpx.URL(endpoint.url)
        self._family = family
        self._deadline = Deadline(PATIENCE * timeout, clock)
        self._retries = Retries(settings, asked_pause)
        self._client = httpx.Client(
            transport=GuardedTransport(reach or Reach(settings), self._deadline),
            timeout=timeout,
            # Neither proxies nor .netrc: what is sent where is decided here alone.
            trust_env=False,
            headers={"User-Agent": f"pipeline-exec/{pipeline_exec.__version__}", "Accept-Encoding": "gzip, deflate"},
        )
        self._tokens: Tokens | None = None
        if isinstance(endpoint.auth, OAuth2Auth):
            self._tokens = Tokens(endpoint.auth, self._client, family)
            self._credentials = self._tokens.credentials
        else:
            self._credentials = endpoint.auth.credentials

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def tried(self, act: Callable[[], T]) -> T:
        """What ``act`` answers, tried again while it fails with a transient error and time is left."""
        self._deadline.restart()
        return self._retries.call(act)

    @contextmanager
    def answer(self, ask: Ask) -> Iterator[httpx.Response]:
        """The server's answer to one request, a success, its body not read yet.

        Raises:
            ExecutionFailure: of the client's family.
        """
        response = self._sent(ask)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._tokens is not None:
            # A token may be withdrawn before its time is over.
            response.close()
            self._tokens.forget()
            response = self._sent(ask)
        try:
            if not response.is_success:
                raise refusal(response, self._family, self._secrets())
            yield response
        finally:
            response.close()

    def _sent(self, ask: Ask) -> httpx.Response:
        response = self._send(self._request(ask, self._url.copy_merge_params(ask.query) if ask.query else self._url))
        for _ in range(MAX_REDIRECTS if ask.follows else 0):
            if response.next_request is None:
                break
            response.close()
            response = self._send(self._request(ask, response.next_request.url))
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        with http_errors(request.url.host, self._family):
            return self._client.send(request, stream=True, auth=None)

    def _request(self, ask: Ask, url: httpx.URL) -> httpx.Request:
        headers = httpx.Headers(ask.headers)
        # Another host must not learn what only this one should know, be it in headers the user wrote.
        if origin(url) == origin(self._url):
            credentials = self._credentials()
            url = url.copy_merge_params(credentials.query) if credentials.query else url
            for name, secret in self._endpoint.headers.items():
                headers[name] = secret.get_secret_value()
            for name, value in credentials.headers.items():
                headers[name] = value
        return self._client.build_request(ask.method, url, content=ask.content, headers=headers)

    def _secrets(self) -> Iterator[str]:
        yield from secrets_of(self._endpoint)
        if self._tokens is not None and self._tokens.held:
            yield self._tokens.held
