"""The registry: which kinds of connectors there are. A new one is a file of this folder and a line of this table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.connector import ConnectorDocument, ConnectorTrigger, Direction, NodeType
from pipeline_exec.ports import ConnectorKind
from pipeline_exec.settings import Settings

_KINDS: dict[tuple[Direction, NodeType, ConnectorTrigger | None], str] = {
    (Direction.INPUT, NodeType.LOCAL, ConnectorTrigger.EVENT_BASE): "local_source",
    (Direction.INPUT, NodeType.LOCAL, ConnectorTrigger.TIME_BASE): "local_source",
    (Direction.INPUT, NodeType.HTTP, ConnectorTrigger.EVENT_BASE): "http_push",
    (Direction.INPUT, NodeType.HTTP, ConnectorTrigger.TIME_BASE): "http_pull",
    (Direction.OUTPUT, NodeType.LOCAL, None): "local_sink",
    (Direction.OUTPUT, NodeType.HTTP, None): "http_sink",
}
"""Each names a module of this folder with a function ``kind(settings)``, imported when it is first asked for."""


class Kinds:
    """All kinds of connectors of one deployment. See ``ports.ConnectorKinds`` for what it promises."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, ConnectorKind] = {}

    def of(self, document: ConnectorDocument) -> ConnectorKind:
        module = _KINDS.get((document.type, document.node_type, document.trigger_type))
        if module is None:
            there_are = ", ".join(" ".join(filter(None, key)) for key in _KINDS)
            raise InvalidDocument(
                f"There is no {' '.join(filter(None, (document.type, document.node_type, document.trigger_type)))} "
                f"connector; there are {there_are}.",
                [FieldProblem("node_type", f"there are {there_are}")],
            )
        return self._kind(module)

    def __iter__(self) -> Iterator[ConnectorKind]:
        return map(self._kind, dict.fromkeys(_KINDS.values()))

    def _kind(self, module: str) -> ConnectorKind:
        if module not in self._made:
            make: Callable[[Settings], ConnectorKind] = import_module(f"pipeline_exec.connectors.{module}").kind
            self._made[module] = make(self._settings)
        return self._made[module]


def kinds(settings: Settings) -> Kinds:
    """All kinds of connectors of a deployment."""
    return Kinds(settings)
