import subprocess
import sys

import pytest
from pydantic import SecretStr

from pipeline_exec.connectors.registry import kinds
from pipeline_exec.connectors.secrets import masked, secrets_of
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.connector import ConnectorDocument, ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.ports import FileSink, FileSource, Intake, PullSource, PushSource, RowSink
from pipeline_exec.settings import Settings


def document(direction, node_type, trigger=None) -> ConnectorDocument:
    return ConnectorDocument(name="c", type=direction, node_type=node_type, trigger_type=trigger)


@pytest.mark.parametrize(
    ("wanted", "intake", "port", "configuration"),
    [
        (document("INPUT", "LOCAL", "EVENT_BASE"), Intake.FILES, FileSource, {"path": "in"}),
        (document("INPUT", "LOCAL", "TIME_BASE"), Intake.FILES, FileSource, {"path": "in"}),
        (document("INPUT", "HTTP", "EVENT_BASE"), Intake.PUSH, PushSource, {}),
        (document("INPUT", "HTTP", "TIME_BASE"), Intake.PULL, PullSource, {"url": "http://h/"}),
        (document("OUTPUT", "LOCAL"), None, FileSink, {"path": "out"}),
        (document("OUTPUT", "HTTP"), None, RowSink, {"url": "http://h/"}),
    ],
    ids=lambda value: f"{value.type} {value.node_type} {value.trigger_type}" if hasattr(value, "node_type") else "",
)
def test_each_kind_opens_what_it_says(wanted, intake, port, configuration):
    kind = kinds(Settings()).of(wanted)
    assert (kind.direction, kind.node_type, kind.intake) == (wanted.type, wanted.node_type, intake)
    assert kind.triggers == () if wanted.trigger_type is None else wanted.trigger_type in kind.triggers
    assert isinstance(kind.open(kind.configuration.parse(configuration)), port)


@pytest.mark.parametrize(
    "unknown",
    [document("INPUT", "FTP", "EVENT_BASE"), document("OUTPUT", "EMAIL"), document("INPUT", "S3", "TIME_BASE")],
    ids=lambda found: f"{found.type} {found.node_type}",
)
def test_a_kind_there_is_not_is_refused_with_those_there_are(unknown):
    with pytest.raises(InvalidDocument, match=f"There is no {unknown.type} {unknown.node_type}") as refused:
        kinds(Settings()).of(unknown)
    assert "INPUT HTTP EVENT_BASE" in refused.value.message
    assert "OUTPUT LOCAL" in refused.value.message
    assert refused.value.problems[0].field == "node_type"


def test_all_kinds_are_listed_once():
    found = [(kind.direction, kind.node_type, kind.triggers) for kind in kinds(Settings())]
    both = (ConnectorTrigger.EVENT_BASE, ConnectorTrigger.TIME_BASE)
    assert found == [
        (Direction.INPUT, NodeType.LOCAL, both),
        (Direction.INPUT, NodeType.HTTP, both[:1]),
        (Direction.INPUT, NodeType.HTTP, both[1:]),
        (Direction.OUTPUT, NodeType.LOCAL, ()),
        (Direction.OUTPUT, NodeType.HTTP, ()),
    ]


def test_a_kind_is_imported_when_it_is_asked_for():
    program = """
import sys
from pipeline_exec.connectors.registry import kinds
from pipeline_exec.model.connector import ConnectorDocument
from pipeline_exec.settings import Settings
found = kinds(Settings())
assert "httpx" not in sys.modules and "tenacity" not in sys.modules
found.of(ConnectorDocument(name="c", type="OUTPUT", node_type="LOCAL"))
assert "httpx" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


class Nested(Document):
    key: SecretStr
    name: str = "n"


class Holder(Document):
    nested: Nested
    headers: dict[str, SecretStr]
    none: SecretStr | None = None


def test_every_secret_of_a_document_is_found_and_masked():
    holder = Holder.parse({"nested": {"key": "deep secret"}, "headers": {"a": "header secret", "b": "xy"}})
    secrets = list(secrets_of(holder))
    assert secrets == ["deep secret", "header secret", "xy"]
    assert masked("a deep secret, a header secret, xy", secrets) == "a ********, a ********, xy"


def test_a_secret_that_contains_another_is_masked_whole():
    assert masked("token-long", ["token", "token-long"]) == "********"
