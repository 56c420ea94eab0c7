"""What becomes of a file of a LOCAL source once its execution has ended."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path, PurePath
from typing import BinaryIO

from pipeline_exec.connectors.failures import SOURCE, os_errors
from pipeline_exec.connectors.file_names import NameRules, Versions
from pipeline_exec.connectors.local_folder import Folder
from pipeline_exec.connectors.local_shelf import Shelf
from pipeline_exec.connectors.local_tree import Tree
from pipeline_exec.model.arrival import FileVersion


class Disposal:
    """Deletes files and moves them away, together with the marker of each; safe to repeat after a crash.

    A file that is no longer the version listed is left alone: it is another file, and not executed yet.

    Raises:
        SourceUnresponsive: from both methods, as ``os_errors`` tells.
        SourceRefused: likewise.
    """

    def __init__(self, tree: Tree, names: NameRules) -> None:
        self._tree = tree
        self._names = names

    def delete(self, file: FileVersion) -> None:
        """Delete the file; a no-op when it is gone."""
        self._dispose(file, None)

    def move(self, file: FileVersion, into: str) -> None:
        """Move the file into a folder, below which it keeps its subfolder and its name.

        A name that is taken by another content gets a version: ``a (2).csv``.
        """
        below = self._tree.spot(file).below.parent
        self._dispose(file, self._tree.real(str(PurePath(into, below))))

    def _dispose(self, file: FileVersion, into: Path | None) -> None:
        spot = self._tree.spot(file)
        with os_errors(f"The file {file.path}", SOURCE):
            if not spot.holds(file):
                return
            with Folder.opened(spot.listed.parent) as folder, Folder.opened(spot.target.parent) as holder:
                # The marker goes first: without its file it would declare the next file of the name complete.
                marker = self._names.marker_of(spot.listed.name) if self._names.marks_single_files else None
                if marker and spot.is_marked_by(marker):
                    _save(folder, marker, into, marker)
                    folder.remove(marker)
                _save(holder, spot.target.name, into, spot.listed.name)
                if spot.holds(file):
                    folder.remove(spot.listed.name)


def _save(holder: Folder, name: str, into: Path | None, new_name: str) -> None:
    if into is None:
        return
    told = os_errors(f"The folder {into.name}, to which files are moved,", SOURCE)
    with holder.reading(name) as content, told, Folder.opened(into, create=True) as folder:
        shelf = Shelf(folder, _part(content, new_name))
        names = Versions(new_name)
        if shelf.holding(names, content) is None:
            _shelve(shelf, names, content, holder, name)
        shelf.tidy()


def _shelve(shelf: Shelf, names: Versions, content: BinaryIO, holder: Folder, name: str) -> None:
    try:
        any(holder.give(name, shelf.folder, free) for free in names)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Another file system: only a copy gets there.
        shelf.take(names, content)


def _part(content: BinaryIO, name: str) -> str:
    status = os.fstat(content.fileno())
    identity = f"{name}|{status.st_dev}|{status.st_ino}|{status.st_mtime_ns}"
    return f".{hashlib.sha256(os.fsencode(identity)).hexdigest()[:32]}.part"
