"""The whole application over a fresh service layer, served on loopback, as its clients see it."""

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import pytest
import uvicorn

from pipeline_exec.api.app import create_app
from pipeline_exec.model.principal import CredentialKind, PrincipalType
from pipeline_exec_tests.inline_engine import inline_layer

PEOPLE = [
    {"key": "name", "required": True},
    {"key": "age", "column_type": "int"},
]


@dataclass(frozen=True)
class Piped:
    """A pipeline and the folders it reads from and writes to."""

    id: str
    inbox: Path
    outbox: Path

    def receives(self, content, name="people.csv"):
        """A file arrives."""
        (self.inbox / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    @property
    def written(self):
        """The text of the one file in the outbox."""
        (file,) = self.outbox.iterdir()
        return file.read_text()


class Api:
    """The application, a key to it, and what most tests need to be there, each under a name of its own."""

    def __init__(self, layer, engine, client, folder):
        self.layer = layer
        self.engine = engine
        self.client = client
        self.folder = folder
        self._numbers = count(1)

    @property
    def url(self):
        return str(self.client.base_url).rstrip("/")

    def unique(self, name):
        return f"{name}-{next(self._numbers)}"

    def a_folder(self, name="folder"):
        folder = self.folder / self.unique(name)
        folder.mkdir()
        return folder

    def anonymous(self):
        """A client without a key."""
        return httpx.Client(base_url=self.client.base_url, timeout=30)

    def made(self, path, document):
        """Post a document; answer what it became."""
        answer = self.client.post(f"/dp/api/v1{path}", json=document)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    def data(self, path, **parameters):
        """What is at a path."""
        answer = self.client.get(f"/dp/api/v1{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def a_connector(self, name="connector", type="INPUT", node_type="LOCAL", trigger_type=None, **configuration):
        trigger_type = trigger_type or ("TIME_BASE" if type == "INPUT" else None)
        document = {"name": self.unique(name), "type": type, "node_type": node_type, "trigger_type": trigger_type}
        return self.made("/connector/", {**document, "configuration": configuration})["id"]

    def a_door(self, **configuration):
        """An HTTP input that is called."""
        return self.a_connector("door", "INPUT", "HTTP", "EVENT_BASE", **configuration)

    def a_pull(self, url, **configuration):
        """An HTTP input that is asked."""
        return self.a_connector("pull", "INPUT", "HTTP", url=url, **configuration)

    def a_model(self, columns=PEOPLE):
        return self.made("/tdm/", {"name": self.unique("people"), "columns": columns})["id"]

    def a_pipeline(self, *, input=None, outputs=None, columns=PEOPLE, active=True, outbox=None, **configuration):
        """From a folder to a folder, unless other connectors are given. What is in the inbox is taken at once."""
        inbox, outbox = self.a_folder("inbox"), outbox or self.a_folder("outbox")
        source = input or self.a_connector("inbox", path=str(inbox), stable_for_seconds=0)
        document = {
            "input_connectors": [source],
            "output_connectors": outputs or [self.a_connector("outbox", "OUTPUT", path=str(outbox))],
            "tdm": self.a_model(columns),
            **configuration,
        }
        made = self.made("/pipeline/", {"name": self.unique("import"), "active": active, "configuration": document})
        return Piped(made["id"], inbox, outbox)

    def execute(self, pipeline):
        """Execute a pipeline; answer its one execution once it has ended."""
        (made,) = self.made("/execution/", {"pipeline_id": pipeline.id})
        return self.ended(made["id"])

    def ended(self, execution):
        """An execution once it has ended."""
        self.engine.wait()
        return self.data(f"/execution/{execution}")

    def key(self, identifier="ada@example.com", type=PrincipalType.USER):
        """A new API key of somebody."""
        principal = self.layer.principals.named(identifier, type)
        return self.layer.principals.issue(principal, CredentialKind.API_KEY, "test").token

    @contextmanager
    def paused(self):
        """Nothing that is launched begins before the block ends."""
        self.engine.paused = True
        try:
            yield
        finally:
            self.engine.resume()
            self.engine.wait()


def until(reached):
    """Wait for what another thread does."""
    deadline = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def serving(app):
    """An ASGI application on a port of its own until the block ends; answers its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, ws="websockets-sansio", lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


@contextmanager
def an_api(folder, settings=None, **parts):
    """The application over a fresh home."""
    settings = {"allow_private_addresses": True, "retry_attempts": 1, "http_timeout_seconds": 2, **(settings or {})}
    layer, engine = inline_layer(folder / "home", **settings)
    with serving(create_app(layer, **parts)) as url, httpx.Client(base_url=url, timeout=30) as client:
        api = Api(layer, engine, client, folder)
        client.headers["Authorization"] = f"Bearer {api.key()}"
        yield api
        engine.wait()


@pytest.fixture(scope="session")
def api(tmp_path_factory):
    """One application for all tests; each makes what it needs under names of its own."""
    with an_api(tmp_path_factory.mktemp("api")) as api:
        yield api


@pytest.fixture
def fresh_api(tmp_path):
    """An application with nothing in it."""
    with an_api(tmp_path) as api:
        yield api
