"""The database, the bytes that are staged, and secrets at rest."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from pipeline_exec.ports.repositories import (
    Arrivals,
    Connectors,
    Executions,
    Pipelines,
    Principals,
    TargetModels,
    Wrappers,
)


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


@dataclass
class Placement:
    """A file being written in its place."""

    path: Path
    """Of this machine; nobody else writes there."""
    is_durable: bool = True
    """What can be made anew need not be durable, which is much faster: it may be absent after the machine was started
    anew."""


class Staging(Protocol):
    """Bytes we keep while an execution needs them, under references such as ``<execution>/input``."""

    def writing(self, ref: str) -> AbstractContextManager[BinaryIO]:
        """A new file, durable and visible under ``ref`` when the block ends, absent when it raises."""

    def local(self, ref: str) -> Path:
        """A path of this machine with the bytes of ``ref``. Raises NotFound."""

    def placing(self, ref: str) -> AbstractContextManager[Placement]:
        """A place to write ``ref`` to, by path; visible under ``ref`` when the block ends, gone when it raises.

        Raises:
            Unavailable: it cannot be written, or whoever wrote had no room.
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
