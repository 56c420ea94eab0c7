"""HTTP servers that answer questions about rows."""

from __future__ import annotations

import httpx

from pipeline_exec.connectors.failures import DESTINATION
from pipeline_exec.connectors.http_body import body_of
from pipeline_exec.connectors.http_client import Ask, HttpClient

#: Bytes of an answer that are read: some 100,000 erroneous cells.
LONGEST_ANSWER = 16 * 1024**2
_REMEDY = "Lower batch_rows of the validation, or have it answer with shorter messages."


class HttpConversation:
    """Questions to one server, over connections that stay open. See ``ports.Conversation`` for what it promises.

    A question is tried again like a delivery, and carries the same ``Idempotency-Key`` each time.
    """

    def __init__(self, client: HttpClient, url: str, method: str) -> None:
        self.host = httpx.URL(url).host
        self._client, self._method = client, method

    def ask(self, question: bytes, key: str) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": key}
        ask = Ask(self._method, headers=headers, content=question)

        def once() -> bytes:
            with self._client.answer(ask) as response:
                return b"".join(body_of(response, DESTINATION, LONGEST_ANSWER, _REMEDY))

        return self._client.tried(once)
