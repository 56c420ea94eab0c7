"""Where bytes live: sources, sinks, and the registry of their kinds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.model.connector import ConnectorDocument, ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn


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
        """Copy the file's bytes. What ``into`` raises ends the copying and comes out as it is.

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
            Unavailable: likewise; this machine has no room for the answer.
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


class Conversation(Protocol):
    """Questions to one place and its answers."""

    host: str
    """As messages name it."""

    def ask(self, question: bytes, key: str) -> bytes:
        """The answer to a question, both JSON.

        Args:
            question: What is asked.
            key: The same whenever this question is asked, so that asking it twice is harmless.

        Raises:
            DestinationUnresponsive: after the retries.
            DestinationRefused: at once; it says no, or more than is taken.
        """


@runtime_checkable
class Answerer(Protocol):
    """A place that can be asked about rows."""

    def conversation(self) -> AbstractContextManager[Conversation]:
        """A conversation until the block ends; nothing is reached before the first question."""


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
