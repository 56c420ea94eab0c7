"""Folders of this machine as sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO, Self

from pydantic import model_validator

from pipeline_exec.connectors.confinement import Confinement
from pipeline_exec.connectors.failures import SOURCE, os_errors
from pipeline_exec.connectors.file_names import is_unfinished
from pipeline_exec.connectors.files import AfterRead, FileSourceConfiguration, OnFailure
from pipeline_exec.connectors.local_disposal import Disposal
from pipeline_exec.connectors.local_folder import COPY_BYTES, Folder, version
from pipeline_exec.connectors.local_path import LocalPath
from pipeline_exec.connectors.local_tree import TOP, Tree
from pipeline_exec.connectors.retries import Retries
from pipeline_exec.errors import SourceRefused, SourceUnresponsive
from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.model.connector import ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.ports import ConnectorKind, Intake, Outcome
from pipeline_exec.settings import Settings


class LocalInput(FileSourceConfiguration):
    """A folder of this machine that is watched for files."""

    path: LocalPath
    """The folder."""
    archive_path: LocalPath = "archive"
    failure_path: LocalPath = "failed"

    @model_validator(mode="after")
    def _files_are_put_elsewhere(self) -> Self:
        for name, path in (("archive_path", self.archive_path), ("failure_path", self.failure_path)):
            if os.path.normpath(Path(self.path, path)) == os.path.normpath(self.path):
                raise ValueError(f"{name} must be another folder than path")
        return self


class LocalSource:
    """Takes files from a folder. See ``ports.FileSource`` for what it promises.

    A symbolic link to a file stands for that file when it lies in the folder too; other links are left alone.
    """

    def __init__(self, configuration: LocalInput, settings: Settings) -> None:
        self._configuration = configuration
        self._names = configuration.names
        self._tree = Tree(configuration.path, Confinement(settings, SOURCE))
        self._disposal = Disposal(self._tree, self._names)
        self._retries = Retries(settings)
        self._stable_after = configuration.stable_after(settings)
        self._max_file_size = settings.max_file_size

    def check(self) -> None:
        with self._tree.opened() as folder:
            next(folder.entries(), None)
            if not self._configuration.keeps_files and not folder.may_change():
                raise SourceRefused(
                    f"The folder {self._tree.name} can be read but not changed, so files cannot be put away.",
                    "Give the user of the service the permission, or set after_read and on_failure to KEEP.",
                )

    def listing(self) -> Iterator[FileVersion]:
        """Reaching a folder is tried again; a failure amid its entries is an error at once."""
        put_away = {
            self._tree.real(path) for path in (self._configuration.archive_path, self._configuration.failure_path)
        }
        pending = [TOP]
        while pending:
            below = pending.pop()
            with ExitStack() as stack:
                folder = self._reached(below, stack)
                for entry in folder.entries() if folder else ():
                    if entry.is_dir(follow_symlinks=False):
                        if self._searches(below / entry.name, put_away):
                            pending.append(below / entry.name)
                    elif self._names.takes(entry.name) and (found := self._tree.version(entry, below)):
                        yield found

    def is_ready(self, file: FileVersion, stable_for: float) -> bool:
        marker = self._names.marker_of(PurePath(file.path).name)
        if marker is None:
            return stable_for >= self._stable_after
        with os_errors(f"The file {marker}", SOURCE):
            return self._tree.spot(file).is_marked_by(marker)

    def age(self, file: FileVersion, at: datetime) -> float:
        return max(0.0, at.timestamp() - int(file.modified) / 1e9)

    def fetch(self, file: FileVersion, into: BinaryIO) -> None:
        """After a transient error the copy goes on where it stopped: ``into`` is only ever written to.

        A file that is no longer the version listed is still being written: it comes out as ``SourceUnresponsive``
        without further tries, since the next listing shows its new version.
        """
        if file.size > self._max_file_size:
            raise SourceRefused(
                f"The file {file.path} has {file.size:,} bytes; this service takes {self._max_file_size:,}.",
                "Split it, or raise PIPELINE_EXEC_MAX_FILE_SIZE.",
            )
        copied = 0

        def go_on() -> None:
            nonlocal copied
            for chunk in self._chunks(file, copied):
                into.write(chunk)
                copied += len(chunk)

        try:
            self._retries.call(go_on)
        except _ChangedError:
            raise SourceUnresponsive(
                f"The file {file.path} changed while it was read: it is still being written.",
                "Its new version is taken once it stands still; raise stable_for_seconds, or have the sender use a "
                "marker file.",
            ) from None

    def settle(self, file: FileVersion, outcome: Outcome) -> None:
        configuration = self._configuration
        if outcome is Outcome.SUCCEEDED and configuration.after_read is AfterRead.DELETE:
            self._retries.call(lambda: self._disposal.delete(file))
        elif outcome is Outcome.SUCCEEDED and configuration.after_read is AfterRead.ARCHIVE:
            self._retries.call(lambda: self._disposal.move(file, configuration.archive_path))
        elif outcome is Outcome.FAILED and configuration.on_failure is OnFailure.MOVE:
            self._retries.call(lambda: self._disposal.move(file, configuration.failure_path))

    def _reached(self, below: PurePath, stack: ExitStack) -> Folder | None:
        try:
            return self._retries.call(lambda: stack.enter_context(self._tree.opened(below)))
        except SourceRefused as error:
            if below.parts and isinstance(error.__cause__, FileNotFoundError):
                # The subfolder went away after its parent was read, and its files with it.
                return None
            raise

    def _searches(self, below: PurePath, put_away: set[Path]) -> bool:
        if not self._configuration.recursive or is_unfinished(below.name):
            return False
        real = self._tree.below(below)
        return real is not None and real not in put_away

    def _chunks(self, file: FileVersion, offset: int) -> Iterator[bytes]:
        spot = self._tree.spot(file)
        listed = (file.size, file.modified)
        with (
            os_errors(f"The file {file.path}", SOURCE),
            Folder.opened(spot.target.parent) as folder,
            folder.reading(spot.target.name) as content,
        ):
            if version(os.fstat(content.fileno())) != listed:
                raise _ChangedError
            content.seek(offset)
            # No further than the size listed: a file may grow faster than it is read.
            while chunk := content.read(min(COPY_BYTES, file.size - offset)):
                offset += len(chunk)
                yield chunk
            if version(os.fstat(content.fileno())) != listed:
                raise _ChangedError


class _ChangedError(Exception):
    """The file is no longer the version that was listed."""


def kind(settings: Settings) -> ConnectorKind:
    """LOCAL, in."""

    def opened(configuration: Document) -> LocalSource:
        return LocalSource(LocalInput.model_validate(configuration), settings)

    return ConnectorKind(
        direction=Direction.INPUT,
        node_type=NodeType.LOCAL,
        triggers=(ConnectorTrigger.EVENT_BASE, ConnectorTrigger.TIME_BASE),
        intake=Intake.FILES,
        configuration=LocalInput,
        open=opened,
    )
