"""A client of the protocol graphql-transport-ws, over a real websocket.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import json
from contextlib import contextmanager

from websockets.sync.client import connect

PROTOCOL = "graphql-transport-ws"
PATIENCE = 10
"""Seconds a message may take."""


class SocketClient:
    """A connection that was acknowledged."""

    def __init__(self, connection) -> None:
        self._connection = connection
        self._send(type="connection_init")
        assert self.receive() == {"type": "connection_ack"}

    def subscribe(self, operation, id="1", **variables):
        self._send(type="subscribe", id=id, payload={"query": operation, "variables": variables})

    def complete(self, id="1"):
        self._send(type="complete", id=id)

    def ping(self):
        """Return once everything sent before was read."""
        self._send(type="ping")
        assert self.receive() == {"type": "pong"}

    def receive(self):
        return json.loads(self._connection.recv(timeout=PATIENCE))

    def next(self, id="1"):
        """The data of the next message of a subscription."""
        message = self.receive()
        assert (message["type"], message["id"]) == ("next", id), message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    def is_complete(self, id="1"):
        return self.receive() == {"type": "complete", "id": id}

    def _send(self, **message):
        self._connection.send(json.dumps(message))


@contextmanager
def socket_client(url, headers=None):
    with connect(url, subprotocols=[PROTOCOL], additional_headers=headers, close_timeout=PATIENCE) as connection:
        yield SocketClient(connection)
