"""The few promises asked of the outside world.

Each docstring is a promise; each promise is a test of the conformance suite of its port. Errors that may come out are
named; any other exception is a defect of the implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.connector import Connector, ConnectorDocument, ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.model.execution import Delivery, Execution, ExecutionLog, Progress
from pipeline_exec.model.identity import (
    ConfigurationId,
    ConnectorId,
    ExecutionId,
    FileId,
    LogId,
    PipelineId,
    PrincipalId,
    RunId,
    TargetModelId,
    WrapperId,
)
from pipeline_exec.model.pipeline import OutputOptions, Pipeline, ReadOptions, StoredConfiguration
from pipeline_exec.model.principal import Credential, CredentialKind, Principal, PrincipalType
from pipeline_exec.model.query import Page, Query
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn, TargetModel
from pipeline_exec.model.wrapper import Wrapper, WrapperFile, WrapperLogLine

Clock = Callable[[], datetime]
"""Now, aware, in UTC."""


# Where bytes live -----------------------------------------------------------------------------------------------------


class Intake(Enum):
    """How data gets from an input connector into an execution."""

    FILES = auto()
    """It is listed; each file is one execution."""
    PULL = auto()
    """It is asked; each answer is one execution."""
    PUSH = auto()
    """It calls us; each payload is one execution."""


class Outcome(Enum):
    """How the execution of a listed file ended."""

    SUCCEEDED = auto()
    FAILED = auto()


@runtime_checkable
class FileSource(Protocol):
    """Files somewhere: listed, fetched, and put away afterwards."""

    def check(self) -> None:
        """Return if the place can be reached, listed and read.

        Raises:
            SourceUnresponsive: it cannot be reached.
            SourceRefused: it says no; the message names the place and the remedy.
        """

    def listing(self) -> Iterator[FileVersion]:
        """Every file that matches the connector's pattern, in any order; none when there is none.

        Files that are being written (hidden, ``*.part``, ``*.tmp``) and markers are left out. A failure to list is an
        error, never an empty listing.

        Raises:
            SourceUnresponsive: after the retries.
            SourceRefused: at once.
        """

    def is_ready(self, file: FileVersion, stable_for: float) -> bool:
        """Whether the file may be taken: its marker is there or, without a marker setting, unchanged for long enough.

        Args:
            file: As listed.
            stable_for: For how many seconds the ledger has seen it unchanged.
        """

    def age(self, file: FileVersion, at: datetime) -> float:
        """Seconds since the source says the file was last changed; 0 when it cannot say or it lies in the future."""

    def fetch(self, file: FileVersion, into: BinaryIO) -> None:
        """Copy the file's bytes.

        Raises:
            SourceUnresponsive: after the retries.
            SourceRefused: it is gone, or may not be read.
        """

    def settle(self, file: FileVersion, outcome: Outcome) -> None:
        """Do what ``after_read`` (after success) or ``on_failure`` says. Called twice, the second is a no-op.

        Raises:
            SourceUnresponsive: after the retries.
            SourceRefused: it says no.
        """


@dataclass(frozen=True)
class Fetched:
    """What a pull brought."""

    name: str
    path: str
    """Where it came from, without secrets."""


@runtime_checkable
class PullSource(Protocol):
    """A place that answers when asked."""

    def check(self) -> None:
        """As ``FileSource.check``."""

    def fetch(self, into: BinaryIO) -> Fetched:
        """Ask, and copy the answer's bytes.

        Raises:
            SourceUnresponsive: after the retries.
            SourceRefused: at once.
        """


@runtime_checkable
class PushSource(Protocol):
    """A door of ours that somebody calls."""

    def check(self) -> None:
        """Return: there is nothing to reach."""

    def verify(self, headers: Mapping[str, str], body: Callable[[], Iterable[bytes]]) -> None:
        """Return if the call is genuine.

        Raises:
            Unauthenticated: the connector wants a signature and this one is absent or wrong.
        """


@dataclass(frozen=True)
class Parcel:
    """What is delivered, and the token that makes delivering it twice harmless."""

    token: str
    """The same for every try of the same content by the same execution to the same output; letters, digits, dashes."""
    file_name: str
    """Final name, where the destination has names."""


@runtime_checkable
class FileSink(Protocol):
    """A place that takes whole files."""

    def check(self) -> None:
        """Return if the place can be reached and written.

        Raises:
            DestinationUnresponsive: it cannot be reached.
            DestinationRefused: it says no.
            WriteFileFailure: it is there and cannot be written.
        """

    def place(self, file: Path, parcel: Parcel) -> str:
        """Put the file under its final name, whole or not at all; answer where it is.

        Called twice with the same parcel, it is placed once and both calls answer the same.

        Raises:
            DestinationUnresponsive: after the retries.
            DestinationRefused: at once.
            WriteFileFailure: no permission, no room, or the name is taken and may not be replaced.
            DestinationSizeLimit: the file is larger than the destination allows; nothing was written.
        """


@runtime_checkable
class RowSink(Protocol):
    """A place that takes rows in batches."""

    def check(self) -> None:
        """As ``FileSink.check``."""

    def send(
        self,
        rows: Rows,
        columns: Sequence[TargetColumn],
        parcel: Parcel,
        confirmed: int,
        confirm: Callable[[int], None],
    ) -> str:
        """Send all rows in an order and in batches that are the same at every try; answer where they went.

        Args:
            rows: As validated.
            columns: Their target columns, for names and formats.
            parcel: Its token is part of every batch's idempotency key.
            confirmed: How many batches an earlier try has confirmed; they are not sent again.
            confirm: Called with the number of batches confirmed so far, after each.

        Raises:
            DestinationUnresponsive: after the retries.
            DestinationRefused: at once.
            DestinationSizeLimit: before anything is sent.
        """


@dataclass(frozen=True)
class Limits:
    """What a destination takes at most; None for no limit."""

    max_file_size: int | None = None
    max_rows: int | None = None


@dataclass(frozen=True)
class ConnectorKind:
    """One kind of connector: a file of ``connectors/`` and its line in the registry."""

    direction: Direction
    node_type: NodeType
    triggers: tuple[ConnectorTrigger, ...]
    """For inputs: which triggers it serves."""
    intake: Intake | None
    """For inputs: how data gets in."""
    configuration: type[Document]
    """Schema of ``configuration``; its ``SecretStr`` fields are the secrets."""
    open: Callable[[Document], FileSource | PullSource | PushSource | FileSink | RowSink]
    """Build it from its validated configuration; nothing is reached before a method is called."""


class ConnectorKinds(Protocol):
    """The registry of connector kinds."""

    def of(self, document: ConnectorDocument) -> ConnectorKind:
        """The kind of a connector.

        Raises:
            InvalidDocument: there is no such kind; the message lists those there are.
        """

    def __iter__(self) -> Iterator[ConnectorKind]:
        """All kinds."""


# What bytes mean ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parsed:
    """A file as rows of text, and how it was read."""

    rows: Rows
    """Every column a string; an empty cell is null."""
    dialect: dict[str, object]
    """What was detected or set: format, encoding, delimiter, header row, sheet, record path."""


class Format(Protocol):
    """One file format."""

    name: str
    extensions: tuple[str, ...]
    media_types: tuple[str, ...]

    def read(self, path: Path, options: ReadOptions) -> Parsed:
        """Open a file; its batches are read as they are iterated.

        Raises:
            ParsingFailure: now or while iterating; the message names what is wrong, and where it can the line.
            SourceDataEmpty: there is no row of data.
        """

    def write(self, rows: Rows, columns: Sequence[TargetColumn], into: Path, options: OutputOptions) -> None:
        """Write all rows; dates and numbers in the format of their column. A file without rows has its header."""


class Formats(Protocol):
    """The registry of formats."""

    def named(self, name: str) -> Format:
        """The format of this name or file extension.

        Raises:
            InvalidDocument: there is none; the message lists those there are.
        """

    def recognise(self, path: Path, file_name: str, options: ReadOptions) -> Format:
        """The format of a file: as the options say, else by its first bytes, else by its name.

        Raises:
            ParsingFailure: it is none we read.
        """


# What we remember -----------------------------------------------------------------------------------------------------


class Principals(Protocol):
    """Users, sub-organisations and their credentials."""

    def owner(self) -> Principal:
        """The organisation's owner; made on first use."""

    def get(self, principal_id: PrincipalId) -> Principal:
        """Raises NotFound."""

    def named(self, identifier: str, principal_type: PrincipalType) -> Principal | None:
        """The principal with this identifier."""

    def add(self, principal: Principal) -> None:
        """Raises Conflict when the identifier is taken."""

    def add_credential(self, credential: Credential) -> None:
        """Remember a credential."""

    def credential(self, token_hash: str) -> Credential | None:
        """The credential of a token, valid or not."""

    def credentials(self, kind: CredentialKind) -> Sequence[Credential]:
        """All of a kind, oldest first."""

    def revoke(self, credential_id: str, at: datetime) -> bool:
        """Revoke; answer whether this call did it, so that a one-time token is used once. Raises NotFound."""


class Connectors(Protocol):
    """Connectors by id."""

    def add(self, connector: Connector) -> None:
        """Raises Conflict when the name is taken."""

    def save(self, connector: Connector) -> None:
        """Replace the connector of this id. Raises NotFound, Conflict."""

    def get(self, connector_id: ConnectorId) -> Connector:
        """Raises NotFound."""

    def many(self, connector_ids: Iterable[ConnectorId]) -> Mapping[ConnectorId, Connector]:
        """Those of the ids that exist."""

    def named(self, name: str) -> Connector | None:
        """The connector of this name."""

    def find(self, query: Query) -> Page[Connector]:
        """Raises InvalidDocument for an attribute that cannot be asked."""

    def delete(self, connector_id: ConnectorId) -> None:
        """Raises NotFound, and Conflict naming the pipelines that use it."""


class TargetModels(Protocol):
    """Target data models by id; the same promises as ``Connectors``."""

    def add(self, model: TargetModel) -> None: ...
    def save(self, model: TargetModel) -> None: ...
    def get(self, model_id: TargetModelId) -> TargetModel: ...
    def many(self, model_ids: Iterable[TargetModelId]) -> Mapping[TargetModelId, TargetModel]: ...
    def named(self, name: str) -> TargetModel | None: ...
    def find(self, query: Query) -> Page[TargetModel]: ...
    def delete(self, model_id: TargetModelId) -> None: ...


class Pipelines(Protocol):
    """Pipelines and their configurations."""

    def add(self, pipeline: Pipeline) -> None:
        """With its first configuration. Raises Conflict when name or slug is taken."""

    def save(self, pipeline: Pipeline) -> None:
        """Replace name, active and audit; add the configuration when its id is new. Raises NotFound, Conflict."""

    def get(self, pipeline_id: PipelineId) -> Pipeline:
        """Raises NotFound."""

    def many(self, pipeline_ids: Iterable[PipelineId]) -> Mapping[PipelineId, Pipeline]:
        """Those of the ids that exist."""

    def named(self, name: str) -> Pipeline | None:
        """The pipeline of this name."""

    def by_slug(self, slug: str) -> Pipeline | None:
        """The pipeline of this job name."""

    def find(self, query: Query) -> Page[Pipeline]:
        """Raises InvalidDocument for an attribute that cannot be asked."""

    def active(self) -> Sequence[Pipeline]:
        """All active pipelines, by slug."""

    def fed_by(self, connector_id: ConnectorId) -> Sequence[Pipeline]:
        """Active pipelines whose input is this connector."""

    def using_model(self, model_id: TargetModelId) -> Sequence[Pipeline]:
        """Pipelines whose current configuration uses this target data model."""

    def configuration(self, configuration_id: ConfigurationId) -> StoredConfiguration:
        """Any configuration there ever was. Raises NotFound."""

    def add_configuration(self, configuration: StoredConfiguration) -> None:
        """Remember a configuration that one execution uses and the pipeline does not keep."""

    def configurations(self, pipeline_id: PipelineId) -> Sequence[StoredConfiguration]:
        """All of a pipeline, newest first."""

    def delete(self, pipeline_id: PipelineId) -> None:
        """With its ledger; its executions and configurations stay readable.

        Raises NotFound, and Conflict while one is PROCESSING.
        """


class Executions(Protocol):
    """Executions, their logs and their deliveries."""

    def add(self, execution: Execution) -> None:
        """With its first attempt. Raises Conflict when the request key is taken, NotFound when the pipeline is gone."""

    def get(self, execution_id: ExecutionId) -> Execution:
        """Raises NotFound."""

    def by_request_key(self, request_key: str) -> Execution | None:
        """The execution made for this key."""

    def by_run(self, run_id: RunId) -> Execution | None:
        """The execution one of whose attempts is this run."""

    def find(self, query: Query) -> Page[Execution]:
        """Raises InvalidDocument for an attribute that cannot be asked."""

    def logs(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[ExecutionLog]]:
        """All attempts of each, oldest first, in one query."""

    def retry(self, execution: Execution, after: LogId) -> bool:
        """Save an execution with its new latest attempt, if ``after`` is still the latest; answer whether it was.

        An attempt that is replaced while it is PROCESSING ends FAILED: its run, if any, must see that it is over.
        """

    def finish(self, execution: Execution) -> bool:
        """Save the end of the latest attempt and so of the execution, if it is PROCESSING; answer whether it was."""

    def claim(self, log_id: LogId, at: datetime, not_since: datetime) -> bool:
        """Take the right to launch an attempt not begun, over, or claimed since then; answer whether it was taken."""

    def fence(self, log_id: LogId, run_id: RunId, at: datetime, *, again: bool = True) -> bool:
        """Begin an attempt, once: true for the first run that asks; false for any other.

        The same run asking again is answered true too, since each of its steps may have a process of its own; with
        ``again=False`` it is answered false, which keeps a message that came twice from executing twice.

        The attempt's ``run_id`` is that run from then on: a sensor's runs get their ids from Dagster.
        """

    def receive(self, execution: Execution) -> None:
        """Save the source of an execution that fetched it."""

    def beat(self, log_id: LogId, at: datetime) -> bool:
        """Note a sign of life; answer whether the attempt is still PROCESSING (false: somebody canceled it)."""

    def advance(self, execution: Execution, progress: Progress) -> None:
        """Note how far the latest attempt got, and its counts so far."""

    def unfinished(self) -> Sequence[Execution]:
        """Every PROCESSING execution, oldest first."""

    def last_begun(self) -> datetime | None:
        """When the most recently claimed attempt among those that have begun was claimed."""

    def unsettled(self, limit: int) -> Sequence[tuple[Arrival, Execution]]:
        """Arrivals whose execution has ended and whose file was not put away yet, in any order.

        Which of them come first changes, so that some that cannot be put away do not keep the others waiting.
        """

    def revisions(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, int]:
        """A number for each that grows with every change of it one can see; claims and signs of life are none."""

    def deliveries(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[Delivery]]:
        """What each delivered, or not, by output, in one query; none where nothing was tried yet."""

    def save_delivery(self, delivery: Delivery) -> None:
        """Add or replace the delivery of this execution to this output."""


class Arrivals(Protocol):
    """The ledger of files seen, by pipeline."""

    def ledger(self, pipeline_id: PipelineId) -> Mapping[FileVersion, Arrival]:
        """Everything remembered of a pipeline."""

    def record(self, arrivals: Iterable[Arrival]) -> None:
        """Add or replace sightings; never touches one that has an execution."""

    def forget(self, pipeline_id: PipelineId, files: Iterable[FileVersion]) -> None:
        """Drop sightings that have no execution."""

    def take(self, pipeline_id: PipelineId, file: FileVersion, execution_id: ExecutionId) -> bool:
        """Give a sighting to an execution, once; answer whether this call did. False for a file that is not recorded.

        The execution may be added after it is given the file, in the same transaction.
        """

    def settled(self, pipeline_id: PipelineId, file: FileVersion) -> None:
        """Note that the file was put away."""


class Wrappers(Protocol):
    """Wrappers, their logs and their files."""

    def add(self, wrapper: Wrapper) -> None: ...
    def get(self, wrapper_id: WrapperId) -> Wrapper:
        """Raises NotFound."""

    def save(self, wrapper: Wrapper) -> None:
        """Raises NotFound."""

    def page(self, offset: int, limit: int) -> Page[Wrapper]:
        """Newest first."""

    def all(self) -> Sequence[Wrapper]:
        """Every wrapper, oldest first."""

    def delete(self, wrapper_id: WrapperId) -> None:
        """With its log. Raises NotFound."""

    def occupy(self, wrapper_id: WrapperId, execution_id: ExecutionId) -> bool:
        """Reserve the wrapper for one execution; answer whether it was free or already this one's. Raises NotFound."""

    def release(self, wrapper_id: WrapperId, execution_id: ExecutionId) -> None:
        """Free the wrapper if this execution holds it."""

    def append_log(self, wrapper_id: WrapperId, line: WrapperLogLine) -> None: ...
    def log(self, wrapper_ids: Iterable[WrapperId], limit: int) -> Mapping[WrapperId, Sequence[WrapperLogLine]]:
        """The newest ``limit`` lines of each, oldest first."""

    def add_file(self, file: WrapperFile) -> None: ...
    def file(self, file_id: FileId) -> WrapperFile:
        """Raises NotFound."""

    def delete_file(self, file_id: FileId) -> None:
        """Raises NotFound, and Conflict while a wrapper uses it."""


class Transaction(Protocol):
    """All repositories over one connection; what is done through them is done together or not at all."""

    principals: Principals
    connectors: Connectors
    target_models: TargetModels
    pipelines: Pipelines
    executions: Executions
    arrivals: Arrivals
    wrappers: Wrappers


class Store(Protocol):
    """What we remember, in a database. Whatever is asked of it raises Unavailable while the database cannot be used."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """A consistent view; writes through it are an error."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """Committed at the end of the block, rolled back when it raises. Writers wait for one another."""

    def migrate(self) -> None:
        """Bring the database to the current schema. Safe from several processes at once; a no-op when it is there."""

    def check(self) -> None:
        """Raises Unavailable when the database cannot be reached or is not migrated."""


class Staging(Protocol):
    """Bytes we keep while an execution needs them, under references such as ``<execution>/input``."""

    def writing(self, ref: str) -> AbstractContextManager[BinaryIO]:
        """A new file, durable and visible under ``ref`` when the block ends, absent when it raises."""

    def local(self, ref: str) -> Path:
        """A path of this machine with the bytes of ``ref``. Raises NotFound."""

    def place(self, ref: str) -> Path:
        """A path of this machine to write ``ref`` to, its folder made. Visible to others once ``keep`` is called."""

    def keep(self, ref: str, *, durable: bool = True) -> None:
        """What was written at ``place(ref)`` is whole now: make it visible and durable.

        What can be made anew need not be durable, which is much faster: with ``durable=False`` it may be absent after
        the machine was started anew.
        """

    def exists(self, ref: str) -> bool: ...
    def size(self, ref: str) -> int:
        """Bytes. Raises NotFound."""

    def remove(self, prefix: str) -> None:
        """Everything below; a no-op when there is nothing."""

    def check(self) -> None:
        """Raises Unavailable when staging cannot be written."""


class Vault(Protocol):
    """Secrets at rest."""

    def seal(self, plain: str) -> str:
        """Encrypt and authenticate."""

    def unseal(self, sealed: str) -> str:
        """Raises Unavailable when the key is not the one it was sealed with."""


# Who runs it ----------------------------------------------------------------------------------------------------------


class RunState(Enum):
    """What has become of a run, as the engine knows it."""

    ABSENT = auto()
    """It was never launched, or is forgotten."""
    WAITING = auto()
    """It is launched and has not begun."""
    RUNNING = auto()
    SUCCEEDED = auto()
    FAILED = auto()
    CANCELED = auto()


class Engine(Protocol):
    """What runs attempts: Dagster."""

    def launch(self, execution: Execution, job: str) -> None:
        """Start the run of the latest attempt. Safe to repeat: the run id is the attempt's own.

        Raises:
            Unavailable: it could not be handed over now; the reconciler will try again.
        """

    def execute(self, execution: Execution, job: str) -> None:
        """Execute the run of the latest attempt in this process; return when it has ended, however it did."""

    def cancel(self, run_id: RunId) -> None:
        """Stop a run that is not finished; a no-op for one that is, or is unknown."""

    def abandon(self, run_id: RunId, reason: str) -> None:
        """Note that a run's worker is gone; a no-op for a run that is finished, or is unknown."""

    def states(self, run_ids: Iterable[RunId]) -> Mapping[RunId, RunState]:
        """What has become of each run, in one question."""

    def refresh(self) -> None:
        """Definitions changed in the store: make every process see it; return when the code server does.

        A no-op without a running service: definitions are read when it starts.
        """
