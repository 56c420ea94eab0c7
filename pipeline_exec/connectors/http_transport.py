"""The way to an HTTP server: only to addresses within reach, and only for so long."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from types import TracebackType
from typing import Any

import httpcore
import httpx

from pipeline_exec.connectors.reach import Reach


class OverdueError(Exception):
    """A request took longer than it may in all."""


class Deadline:
    """The moment a request must have ended, however lively the far side is."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Begin anew, with the next request."""
        self._ends = self._clock() + self.seconds

    def cut(self, timeout: float | None) -> float:
        """The time-out, or the time left where that is shorter.

        Raises:
            OverdueError: no time is left.
        """
        left = self._ends - self._clock()
        if left <= 0:
            raise OverdueError
        return left if timeout is None else min(timeout, left)


class GuardedTransport(httpx.BaseTransport):
    """Sends requests to the addresses a ``Reach`` allows, until a ``Deadline``.

    A host is resolved once for each connection, and the connection is made to the address that was checked, so that a
    name server cannot answer differently a second time. Host header and TLS still carry the name. Proxies of the
    environment are not used: through one, nothing would be known of addresses.

    Raises:
        httpcore.NetworkError: and the other errors of httpcore, as they are.
        ssl.SSLError: the handshake failed.
        NotPublicError: the host is out of reach.
        OverdueError: no time is left.
        socket.gaierror: the host is unknown.
    """

    def __init__(self, reach: Reach, deadline: Deadline) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
            network_backend=_GuardedBackend(reach, deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


@lru_cache(maxsize=4)
def _trust(certificate_file: str | None, certificate_folder: str | None) -> ssl.SSLContext:
    # Reading the authorities takes 20 ms or more. httpx looks at these two variables itself.
    del certificate_file, certificate_folder
    return httpx.create_ssl_context()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, reach: Reach, deadline: Deadline) -> None:
        self._reach = reach
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        *others, last = self._reach.addresses(host, port)
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connected(str(address), port, timeout, local_address, socket_options)
        return self._connected(str(last), port, timeout, local_address, socket_options)

    def _connected(
        self, address: str, port: int, timeout: float | None, local: str | None, options: Iterable[Any] | None
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(address, port, self._deadline.cut(timeout), local, options)
        return _TimedStream(stream, self._deadline)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every move ends at the deadline: else a server could send a byte now and then for ever."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        except httpcore.ConnectError as error:
            # A certificate that is refused today will be refused tomorrow: it is no failure to connect.
            if isinstance(error.__cause__, ssl.SSLError):
                raise error.__cause__ from None
            raise
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
