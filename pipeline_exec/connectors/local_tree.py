"""The folder a LOCAL source watches, with what lies below it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from pipeline_exec.connectors.confinement import Confinement, is_within
from pipeline_exec.connectors.failures import SOURCE, os_errors
from pipeline_exec.connectors.file_names import actual, shown
from pipeline_exec.connectors.local_folder import Folder, version
from pipeline_exec.errors import SourceRefused
from pipeline_exec.model.arrival import FileVersion

TOP = PurePath()
"""The folder itself."""


@dataclass(frozen=True)
class Spot:
    """Where a listed file is."""

    below: PurePath
    """Its path within the tree."""
    listed: Path
    """Its real path, but for itself being a link."""
    target: Path
    """Its real path; another than ``listed`` for a link."""

    def holds(self, file: FileVersion) -> bool:
        """Whether the file is still there in the version that was listed."""
        return _version(self.target) == (file.size, file.modified)

    def is_marked_by(self, name: str) -> bool:
        """Whether a file of this name lies beside it."""
        return _version(self.listed.with_name(name)) is not None


class Tree:
    """Names, places and versions of the files below one folder."""

    def __init__(self, path: str, confinement: Confinement) -> None:
        """The tree at a path as the user wrote it."""
        self.name = path
        self._path = Path(path).absolute()
        self._confinement = confinement

    def real(self, path: str = ".") -> Path:
        """The real path of a folder, relative ones within the tree.

        Raises:
            SourceRefused: it is outside the folders this service may use.
        """
        return self._confinement.resolved(self._path / path)

    def below(self, path: PurePath) -> Path | None:
        """The real path of a subfolder; None when it may not be used."""
        real = self.real() / path
        return real if self._confinement.allows(real) else None

    @contextmanager
    def opened(self, below: PurePath = TOP) -> Iterator[Folder]:
        """Hold a folder of the tree open.

        Raises:
            SourceUnresponsive: as ``os_errors`` tells, also for what fails within the block.
            SourceRefused: likewise.
        """
        with (
            os_errors(f"The folder {PurePath(self.name, below)}", SOURCE),
            Folder.opened(self.real() / below) as folder,
        ):
            yield folder

    def version(self, entry: os.DirEntry[str], below: PurePath) -> FileVersion | None:
        """A regular file, or a link to one within the tree, as a listing shows it; None for anything else."""
        try:
            status = self._status(entry, below)
        except FileNotFoundError:
            return None
        found = status and version(status)
        return found and FileVersion(shown(str(self._path / below / entry.name)), *found)

    def spot(self, file: FileVersion) -> Spot:
        """Where a listed file is, whether or not it still is.

        Raises:
            SourceRefused: it lies outside the tree, or is a link that leads out of it.
        """
        path = Path(actual(file.path))
        if not path.is_relative_to(self._path) or ".." in path.relative_to(self._path).parts:
            raise SourceRefused(
                f"The file {file.path} is not in the folder {self.name}.", "Correct the path of the connector."
            )
        below = path.relative_to(self._path)
        top = self.real()
        target = _within(top, top / below)
        if target is None:
            raise SourceRefused(
                f"The file {file.path} is a link that leads out of the folder {self.name}.",
                "Put the file itself there.",
            )
        return Spot(below, top / below, target)

    def _status(self, entry: os.DirEntry[str], below: PurePath) -> os.stat_result | None:
        if entry.is_file(follow_symlinks=False):
            return entry.stat(follow_symlinks=False)
        if not entry.is_symlink():
            return None
        top = self.real()
        target = _within(top, top / below / entry.name)
        return target.lstat() if target else None


def _version(path: Path) -> tuple[int, str] | None:
    try:
        return version(path.lstat())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _within(top: Path, path: Path) -> Path | None:
    real = Path(os.path.realpath(path))
    return real if is_within(real, top) else None
