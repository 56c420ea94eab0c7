"""The facade over a whole service layer with a fresh database, served on loopback, as a client sees it."""

import shutil

import httpx
import pytest
from fastapi import FastAPI

from pipeline_exec.api.graphql.router import graphql_router
from pipeline_exec_tests.api.conftest import serving
from pipeline_exec_tests.builders import a_principal, add_all, add_surroundings
from pipeline_exec_tests.inline_engine import inline_layer


class Graph:
    """Asks the facade as Ada."""

    def __init__(self, layer, engine, client):
        self.layer = layer
        self.engine = engine
        self.client = client

    @property
    def socket_url(self):
        return str(self.client.base_url.join("/graphql")).replace("http", "ws")

    def post(self, operation, **variables):
        """The whole answer."""
        return self.client.post("/graphql", json={"query": operation, "variables": variables})

    def ask(self, operation, **variables):
        """The data of an answer without errors."""
        answer = self.post(operation, **variables).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def refused(self, operation, **variables):
        """The one error of an answer."""
        (error,) = self.post(operation, **variables).json()["errors"]
        return error

    def store(self, *nouns):
        """Put nouns into the database as they are; answer the first."""
        with self.layer.ports.store.writing() as tx:
            add_all(tx, *nouns)
        return nouns[0]


class _Front:
    """What the one server serves: the facade of the test that runs, with Ada already authenticated."""

    def __init__(self):
        self.app = None

    async def __call__(self, scope, receive, send):
        scope.setdefault("state", {})["principal"] = a_principal()
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def front():
    front = _Front()
    with serving(front) as url, httpx.Client(base_url=url, timeout=30) as client:
        front.client = client
        yield front


@pytest.fixture(scope="session")
def pristine_home(tmp_path_factory):
    """A home with an empty database, to be copied: that is ten times as fast as to migrate one."""
    home = tmp_path_factory.mktemp("pristine") / "home"
    inline_layer(home)
    return home


@pytest.fixture
def graph(tmp_path, front, pristine_home):
    layer, engine = inline_layer(shutil.copytree(pristine_home, tmp_path / "home"))
    with layer.ports.store.writing() as tx:
        add_surroundings(tx)
    front.app = FastAPI()
    front.app.include_router(graphql_router(layer), prefix="/graphql")
    yield Graph(layer, engine, front.client)
    engine.wait()
