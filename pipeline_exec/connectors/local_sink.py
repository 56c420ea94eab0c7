"""Folders of this machine as destinations."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline_exec.connectors.confinement import Confinement
from pipeline_exec.connectors.failures import FILE_DESTINATION, os_errors
from pipeline_exec.connectors.file_names import Versions
from pipeline_exec.connectors.files import FileSinkConfiguration, IfExists
from pipeline_exec.connectors.local_folder import Folder
from pipeline_exec.connectors.local_path import LocalPath
from pipeline_exec.connectors.local_shelf import Shelf
from pipeline_exec.connectors.retries import Retries
from pipeline_exec.errors import DestinationSizeLimit, WriteFileFailure
from pipeline_exec.model.connector import Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.ports import ConnectorKind, Parcel
from pipeline_exec.settings import Settings


class LocalOutput(FileSinkConfiguration):
    """A folder of this machine that takes files."""

    path: LocalPath
    """The folder; it is made when it does not exist."""


class LocalSink:
    """Puts files into a folder. See ``ports.FileSink`` for what it promises.

    A file of the name with the very same bytes counts as placed, whoever put it there.
    """

    def __init__(self, configuration: LocalOutput, settings: Settings) -> None:
        self._configuration = configuration
        self._path = Path(configuration.path).absolute()
        self._confinement = Confinement(settings, FILE_DESTINATION)
        self._retries = Retries(settings)

    def check(self) -> None:
        name = f".{uuid.uuid4()}.part"
        with self._opened() as folder:
            folder.making(name).close()
            folder.remove(name)

    def place(self, file: Path, parcel: Parcel) -> str:
        self._refuse(file.stat().st_size, parcel.file_name)
        with file.open("rb") as content:
            return self._retries.call(lambda: self._place(content, parcel))

    def _refuse(self, size: int, name: str) -> None:
        limit = self._configuration.limits.max_file_size
        if limit is not None and size > limit:
            raise DestinationSizeLimit(
                f"{name} has {size:,} bytes; the folder {self._configuration.path} takes files of {limit:,}.",
                "Nothing was written. Raise max_file_size of the connector, or split the input.",
            )
        if name in {"", ".", ".."} or "/" in name or "\0" in name:
            raise WriteFileFailure(f"{name!r} cannot be the name of a file.", "Correct file_name.")

    def _place(self, content: BinaryIO, parcel: Parcel) -> str:
        names = self._names(parcel.file_name)
        with self._opened() as folder:
            shelf = Shelf(folder, f".{parcel.token}.part")
            name = shelf.holding(names, content) or self._shelved(shelf, names, parcel.file_name, content)
            shelf.tidy()
        if name is None:
            raise WriteFileFailure(
                f"{parcel.file_name} exists already in {self._configuration.path}, with other content.",
                "Remove it, or set if_exists of the connector to REPLACE or VERSION.",
            )
        return str(self._path / name)

    def _names(self, name: str) -> Iterable[str]:
        return Versions(name) if self._configuration.if_exists is IfExists.VERSION else (name,)

    def _shelved(self, shelf: Shelf, names: Iterable[str], name: str, content: BinaryIO) -> str | None:
        if self._configuration.if_exists is IfExists.REPLACE:
            return shelf.replace(name, content)
        return shelf.take(names, content)

    @contextmanager
    def _opened(self) -> Iterator[Folder]:
        real = self._confinement.resolved(self._path)
        told = os_errors(f"The folder {self._configuration.path}", FILE_DESTINATION)
        with told, Folder.opened(real, create=True) as folder:
            yield folder


def kind(settings: Settings) -> ConnectorKind:
    """LOCAL, out."""

    def opened(configuration: Document) -> LocalSink:
        return LocalSink(LocalOutput.model_validate(configuration), settings)

    return ConnectorKind(
        direction=Direction.OUTPUT,
        node_type=NodeType.LOCAL,
        triggers=(),
        intake=None,
        configuration=LocalOutput,
        open=opened,
    )
