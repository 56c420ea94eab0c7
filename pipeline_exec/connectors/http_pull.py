"""HTTP servers as sources: asked by schedule, each answer one execution."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from email.message import Message
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import BinaryIO, Literal
from urllib.parse import unquote

import httpx
from pydantic import Field, JsonValue

from pipeline_exec.connectors.failures import SOURCE
from pipeline_exec.connectors.http_address import shown_url
from pipeline_exec.connectors.http_body import body_of
from pipeline_exec.connectors.http_client import Ask, HttpClient
from pipeline_exec.connectors.http_endpoint import HttpEndpoint
from pipeline_exec.errors import Unavailable
from pipeline_exec.model.connector import ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.model.file_name import plain_name
from pipeline_exec.ports import ConnectorKind, Fetched, Intake
from pipeline_exec.settings import Settings

#: How a file of the media type is called, where the server gives no name.
_EXTENSIONS = {
    "application/json": ".json",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/x-ndjson": ".ndjson",
    "application/xml": ".xml",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "text/tab-separated-values": ".tsv",
    "text/xml": ".xml",
}


class HttpPullInput(HttpEndpoint):
    """A request whose answer is the data."""

    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = Field(default_factory=dict)
    """Parameters added to the url; a secret belongs into ``auth``."""
    body: JsonValue = None
    """Sent as JSON, a text as it is."""

    @property
    def ask(self) -> Ask:
        """The request; a GET follows redirects."""
        headers, content = {}, None
        if isinstance(self.body, str):
            headers, content = {"Content-Type": "text/plain; charset=utf-8"}, self.body.encode()
        elif self.body is not None:
            headers, content = {"Content-Type": "application/json"}, json.dumps(self.body).encode()
        return Ask(self.method, self.query, headers, content, follows=self.method == "GET")


class HttpPull:
    """Asks an HTTP server. See ``ports.PullSource`` for what it promises."""

    def __init__(
        self, configuration: HttpPullInput, settings: Settings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._configuration = configuration
        self._settings = settings
        self._clock = clock

    def check(self) -> None:
        """Asks once: whoever wants to know does not want to wait for retries."""
        with self._client() as client, client.answer(self._configuration.ask):
            return

    def fetch(self, into: BinaryIO) -> Fetched:
        """``into`` receives the answer once it has come whole, so that a repeated try leaves no half of it there."""
        try:
            with self._client() as client, TemporaryFile() as spool:
                fetched = client.tried(lambda: self._receive(client, spool))
                spool.seek(0)
                shutil.copyfileobj(spool, into)
        except OSError as error:
            # What the network says is told as ours before it gets here.
            why = os.strerror(error.errno) if error.errno else type(error).__name__
            raise Unavailable(
                f"There is no room to keep what {httpx.URL(self._configuration.url).host} answers: {why}.",
                "Make room in the folder for temporary files.",
            ) from error
        return fetched

    def _client(self) -> HttpClient:
        return HttpClient(self._configuration, self._settings, SOURCE, clock=self._clock)

    def _receive(self, client: HttpClient, spool: BinaryIO) -> Fetched:
        spool.seek(0)
        spool.truncate()
        with client.answer(self._configuration.ask) as response:
            for part in body_of(response, SOURCE, self._settings.max_file_size):
                spool.write(part)
            return Fetched(name=_name(response), path=shown_url(response.url))


def _name(response: httpx.Response) -> str:
    """As the server calls it, else as the URL ends, with an extension that fits the media type."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    name = _disposition(response) or plain_name(unquote(PurePosixPath(response.url.path).name)) or response.url.host
    return name if PurePosixPath(name).suffix else name + _EXTENSIONS.get(kind, "")


def _disposition(response: httpx.Response) -> str:
    header = Message()
    header["Content-Disposition"] = response.headers.get("content-disposition", "")
    return plain_name(PurePosixPath(header.get_filename() or "").name)


def kind(settings: Settings) -> ConnectorKind:
    """HTTP, in, by schedule."""

    def opened(configuration: Document) -> HttpPull:
        return HttpPull(HttpPullInput.model_validate(configuration), settings)

    return ConnectorKind(
        direction=Direction.INPUT,
        node_type=NodeType.HTTP,
        triggers=(ConnectorTrigger.TIME_BASE,),
        intake=Intake.PULL,
        configuration=HttpPullInput,
        open=opened,
    )
