"""A real HTTP server on loopback: it answers and misbehaves as a test tells it, and remembers every request."""

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True)
class Request:
    """A request as it came in; names of headers in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    client: tuple[str, int]
    """Address and port it came from: equal for requests over one connection."""

    @property
    def json(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """Answer with a status and a body; a JSON value is encoded."""

    status: int = 200
    body: object = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Hang:
    """Never answer."""


@dataclass(frozen=True)
class Reset:
    """Reset the connection: before anything was answered, or after some bytes of a longer body."""

    after: bytes = b""


@dataclass(frozen=True)
class Drip:
    """Answer with status 200 and chunk after chunk, pausing before each."""

    chunks: Iterable[bytes]
    pause: float = 0.0


Behaviour = Reply | Hang | Reset | Drip


class HttpServer:
    """Answers each path as scripted: behaviours one after the other, the last again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []
        self._came_in = threading.Condition()
        self._scripts: dict[str, deque[Behaviour]] = defaultdict(lambda: deque([Reply(404)]))

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def script(self, path: str, *behaviours: Behaviour) -> str:
        """What the path does from now on; answer its URL."""
        self._scripts[path] = deque(behaviours)
        return self.url + path

    def wait_for_requests(self, count: int) -> None:
        """Return once so many have come in: a client that gives up may be faster than we are."""
        with self._came_in:
            assert self._came_in.wait_for(lambda: len(self.requests) >= count, timeout=10)
            assert len(self.requests) == count

    def forget(self) -> None:
        """Drop all requests and scripts."""
        self.requests.clear()
        self._scripts.clear()

    async def __call__(self, scope, receive, send) -> None:
        request = await _request(scope, receive)
        with self._came_in:
            self.requests.append(request)
            self._came_in.notify_all()
        script = self._scripts[request.path]
        behaviour = script.popleft() if len(script) > 1 else script[0]
        match behaviour:
            case Reply():
                await _reply(send, behaviour)
            case Hang():
                await _until_gone(receive)
            case Reset():
                await _reset(scope, send, behaviour.after)
                await _until_gone(receive)
            case Drip():
                await _drip(scope, send, behaviour)


async def _request(scope, receive) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode())),
        headers={name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
        client=tuple(scope["client"]),
    )


async def _reply(send, reply: Reply) -> None:
    headers = {"content-length": str(len(reply.content)), **{k.lower(): v for k, v in reply.headers.items()}}
    await _start(send, reply.status, headers)
    await send({"type": "http.response.body", "body": reply.content})


async def _drip(scope, send, drip: Drip) -> None:
    await _start(send, 200, {})
    for chunk in drip.chunks:
        if scope["transport"].is_closing():
            return
        await asyncio.sleep(drip.pause)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _reset(scope, send, after: bytes) -> None:
    if after:
        await _start(send, 200, {"content-length": str(len(after) + 1)})
        await send({"type": "http.response.body", "body": after, "more_body": True})
        # A reset overtakes what was sent just before it.
        await asyncio.sleep(0.05)
    transport = scope["transport"]
    # Without lingering, closing sends RST instead of FIN.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _until_gone(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send, status: int, headers: dict[str, str]) -> None:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


class _Protocol(H11Protocol):
    """Lets the application get at the connection."""

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        application = self.app

        async def with_transport(scope, receive, send) -> None:
            await application({**scope, "transport": self.transport}, receive, send)

        self.app = with_transport


@contextmanager
def serving(certificate: ssl.SSLContext | None = None) -> Iterator[HttpServer]:
    """A server on a port of its own, until the block ends; with TLS where a certificate is given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "https" if certificate else "http"
        server = HttpServer(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
        configuration = uvicorn.Config(
            server, http=_Protocol, ws="none", loop="asyncio", lifespan="off", log_config=None, access_log=False
        )
        configuration.load()
        configuration.ssl = certificate
        engine = uvicorn.Server(configuration)
        thread = threading.Thread(target=engine.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield server
        finally:
            engine.should_exit = engine.force_exit = True
            thread.join()


@contextmanager
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, reserved until the block ends."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@contextmanager
def raw_server(answer: bytes) -> Iterator[int]:
    """A port that answers every connection with these bytes, whatever was asked, and closes it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        await writer.drain()
        writer.close()

    yield from _listening(talk)


def _listening(talk) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(talk, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


@pytest.fixture(scope="session")
def http_engine() -> Iterator[HttpServer]:
    """One server for the whole session."""
    with serving() as server:
        yield server


@pytest.fixture
def http_server(http_engine: HttpServer) -> Iterator[HttpServer]:
    """The session's server with an empty script and no requests."""
    http_engine.forget()
    yield http_engine
    http_engine.forget()
