"""Connectors: made, changed, tried, and opened for use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline_exec.dataplane.problems import Problems
from pipeline_exec.errors import ExecutionFailure, FieldProblem, InvalidDocument
from pipeline_exec.model.connector import Connector, ConnectorDocument
from pipeline_exec.model.document import Document
from pipeline_exec.model.execution import Failure
from pipeline_exec.model.identity import ConnectorId, new_id
from pipeline_exec.model.principal import Audit, Principal
from pipeline_exec.model.query import Page, Query
from pipeline_exec.ports import (
    Clock,
    ConnectorKind,
    ConnectorKinds,
    Engine,
    FileSink,
    FileSource,
    Formats,
    Limits,
    PullSource,
    PushSource,
    RowSink,
    Store,
)
from pipeline_exec.services.sealing import Sealing


@dataclass(frozen=True)
class OpenedConnector:
    """A connector ready for use: its kind, its configuration with secrets, and the thing itself."""

    kind: ConnectorKind
    configuration: Document
    port: FileSource | PullSource | PushSource | FileSink | RowSink

    @property
    def files(self) -> FileSource:
        """The source of files it is; anything else is a defect."""
        if not isinstance(self.port, FileSource):
            raise TypeError(f"{self.kind.node_type} does not list files")
        return self.port

    @property
    def is_signed(self) -> bool:
        """Whether its callers prove who they are by a signature."""
        return getattr(self.configuration, "signature_secret", None) is not None

    @property
    def limits(self) -> Limits:
        """What the destination takes at most."""
        limits: Limits = getattr(self.configuration, "limits", Limits())
        return limits


@dataclass(frozen=True)
class ConnectorService:
    """What can be done with connectors."""

    store: Store
    kinds: ConnectorKinds
    formats: Formats
    engine: Engine
    sealing: Sealing
    clock: Clock

    def create(self, document: ConnectorDocument, caller: Principal) -> Connector:
        """Make a connector.

        Raises:
            InvalidDocument: there is no such kind, or its configuration is wrong.
            Conflict: the name is taken.
        """
        sealed = self.sealed(document)
        connector = Connector(id=ConnectorId(new_id()), document=sealed, audit=Audit.new(caller, self.clock()))
        with self.store.writing() as tx:
            tx.connectors.add(connector)
        return connector

    def update(self, connector_id: ConnectorId, document: ConnectorDocument, caller: Principal) -> Connector:
        """Replace a connector's document; ``"********"`` keeps the secret that is there.

        Raises:
            NotFound: there is no such connector.
            InvalidDocument: as in ``create``; a mask hides nothing, or an input was to become an output.
            Conflict: the name is taken.
        """
        with self.store.reading() as tx:
            before = tx.connectors.get(connector_id)
        _check_direction(before.document, document)
        configuration = self.sealing.revealed(document.configuration, before.document.configuration, at="configuration")
        sealed = self.sealed(document.model_copy(update={"configuration": configuration}))
        after = replace(before, document=sealed, audit=before.audit.touched(caller, self.clock()))
        with self.store.writing() as tx:
            tx.connectors.save(after)
            fed = tx.pipelines.fed_by(connector_id)
        if fed:
            # How often it is looked at is part of their sensors.
            self.engine.refresh()
        return after

    def sealed(self, document: ConnectorDocument) -> ConnectorDocument:
        """The document as it may be kept: validated as a whole, its secrets encrypted. Nothing is saved.

        Raises:
            InvalidDocument: as ``sealed_configuration``.
        """
        return document.model_copy(update={"configuration": self.sealed_configuration(document, "configuration")})

    def sealed_configuration(self, document: ConnectorDocument, at: str) -> dict[str, object]:
        """The configuration of a document as it may be kept.

        Args:
            document: The document.
            at: The path of its configuration, for messages.

        Raises:
            InvalidDocument: there is no such kind, its configuration is wrong, or files are not written as it says.
        """
        configuration = self.kinds.of(document).configuration.parse(document.configuration, at=at)
        extension = getattr(configuration, "file_extension", None)
        if extension is not None:
            problems = Problems()
            with problems.collected(f"{at}.file_extension"):
                self.formats.written_as(extension)
            problems.refuse(f"The connector {document.name!r}")
        return self.sealing.sealed(configuration)

    def get(self, connector_id: ConnectorId) -> Connector:
        """Raises NotFound."""
        with self.store.reading() as tx:
            return tx.connectors.get(connector_id)

    def many(self, connector_ids: Iterable[ConnectorId]) -> Mapping[ConnectorId, Connector]:
        """Those of the ids that exist."""
        with self.store.reading() as tx:
            return tx.connectors.many(connector_ids)

    def find(self, query: Query) -> Page[Connector]:
        """Raises InvalidDocument for an attribute that cannot be asked."""
        with self.store.reading() as tx:
            return tx.connectors.find(query)

    def delete(self, connector_id: ConnectorId) -> None:
        """Raises NotFound, and Conflict naming the pipelines that use it."""
        with self.store.writing() as tx:
            tx.connectors.delete(connector_id)

    def test(self, connector_id: ConnectorId) -> Failure | None:
        """Try the connection and the permissions; answer what is wrong, or None.

        Raises:
            NotFound: there is no such connector.
        """
        opened = self.open(self.get(connector_id).document)
        try:
            opened.port.check()
        except ExecutionFailure as error:
            return Failure.of(error)
        return None

    def open(self, document: ConnectorDocument) -> OpenedConnector:
        """Build the thing a stored document describes; nothing is reached yet."""
        kind = self.kinds.of(document)
        configuration = kind.configuration.parse(self.sealing.unsealed(document.configuration), at="configuration")
        return OpenedConnector(kind, configuration, kind.open(configuration))


def _check_direction(before: ConnectorDocument, after: ConnectorDocument) -> None:
    if after.type is not before.type:
        problem = f"is {before.type} and cannot change; make another connector"
        raise InvalidDocument(f"The type of connector {before.name!r} {problem}.", [FieldProblem("type", problem)])
