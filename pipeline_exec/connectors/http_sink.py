"""HTTP servers as destinations: rows in batches, each a request that may be repeated."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Literal

import httpx
from pydantic import Field

from pipeline_exec.connectors.failures import DESTINATION
from pipeline_exec.connectors.http_address import shown_url
from pipeline_exec.connectors.http_answers import AnswerError
from pipeline_exec.connectors.http_body import body_of
from pipeline_exec.connectors.http_client import Ask, HttpClient
from pipeline_exec.connectors.http_conversation import HttpConversation
from pipeline_exec.connectors.http_endpoint import HttpEndpoint
from pipeline_exec.connectors.limits import LimitedConfiguration
from pipeline_exec.connectors.row_batches import Cut, within
from pipeline_exec.connectors.row_texts import CsvTexts, JsonTexts, NdjsonTexts, RowTexts
from pipeline_exec.errors import DestinationRefused, ExecutionFailure
from pipeline_exec.model.connector import Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import ConnectorKind, Parcel
from pipeline_exec.settings import Settings

#: Bytes of an answer that are read for the connection's sake; after longer ones it is closed.
_ANSWER_BYTES = 64 * 1024

#: Answers to a question that is no delivery which say that a delivery would be refused too.
_REFUSALS = {401, 403, 404, 407, 410}


class BodyFormat(StrEnum):
    """How a batch is written."""

    JSON = "JSON"
    """An array of objects."""
    NDJSON = "NDJSON"
    """An object in each line."""
    CSV = "CSV"
    """A header and a line for each row."""


_TEXTS: dict[BodyFormat, type[RowTexts]] = {
    BodyFormat.JSON: JsonTexts,
    BodyFormat.NDJSON: NdjsonTexts,
    BodyFormat.CSV: CsvTexts,
}


class HttpOutput(HttpEndpoint, LimitedConfiguration):
    """An address that takes batches of rows."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    batch_rows: int = Field(1000, ge=1, le=100_000)
    """Most rows of a request."""
    batch_bytes: int = Field(5 * 1024**2, ge=1024, le=100 * 1024**2)
    """Most bytes of a request's body; a row that is larger is sent alone."""
    body_format: BodyFormat = BodyFormat.JSON


class HttpSink:
    """Sends rows to an HTTP server, or asks it about them. See ``ports.RowSink`` and ``ports.Answerer``.

    Each batch carries ``Idempotency-Key: <token>-<number>``, numbers beginning with 1: a server that remembers the keys
    takes each batch once, whatever is repeated. Rows that are none are not sent.
    """

    def __init__(self, configuration: HttpOutput, settings: Settings) -> None:
        self._configuration = configuration
        self._settings = settings
        self._cut = Cut(configuration.batch_rows, configuration.batch_bytes)

    def check(self) -> None:
        """Asks for OPTIONS once, since a delivery would be one. That a server takes no such question is no refusal."""
        try:
            with self._client() as client, client.answer(Ask("OPTIONS")):
                return
        except DestinationRefused as error:
            if not isinstance(error.__cause__, AnswerError) or error.__cause__.status in _REFUSALS:
                raise

    def send(
        self,
        rows: Rows,
        columns: Sequence[TargetColumn],
        parcel: Parcel,
        confirmed: int,
        confirm: Callable[[int], None],
    ) -> str:
        url = httpx.URL(self._configuration.url)
        texts = _TEXTS[self._configuration.body_format](columns)
        bodies = within(self._configuration.limits, self._cut.batches(rows, texts), texts, url.host)
        with self._client() as client:
            for number, body in enumerate(bodies, 1):
                if number > confirmed:
                    headers = {"Content-Type": texts.media_type, "Idempotency-Key": f"{parcel.token}-{number}"}
                    _deliver(client, Ask(self._configuration.method, headers=headers, content=body))
                    confirm(number)
        return shown_url(url)

    @contextmanager
    def conversation(self) -> Iterator[HttpConversation]:
        with self._client() as client:
            yield HttpConversation(client, self._configuration.url, self._configuration.method)

    def _client(self) -> HttpClient:
        return HttpClient(self._configuration, self._settings, DESTINATION)


def _deliver(client: HttpClient, ask: Ask) -> None:
    def once() -> None:
        with client.answer(ask) as response, suppress(ExecutionFailure):
            # The batch is taken, whatever the body says. Read to its end, the connection serves the next batch.
            deque(body_of(response, DESTINATION, _ANSWER_BYTES), maxlen=0)

    client.tried(once)


def kind(settings: Settings) -> ConnectorKind:
    """HTTP, out."""

    def opened(configuration: Document) -> HttpSink:
        return HttpSink(HttpOutput.model_validate(configuration), settings)

    return ConnectorKind(
        direction=Direction.OUTPUT,
        node_type=NodeType.HTTP,
        triggers=(),
        intake=None,
        configuration=HttpOutput,
        open=opened,
    )
