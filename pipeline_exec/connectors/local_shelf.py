"""A shelf: files put into a folder whole, each once however often it is tried, and never over another."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import BinaryIO

from pipeline_exec.connectors.local_folder import Folder, copy, same_bytes, same_file


class Shelf:
    """Takes one file into a folder, over a hidden part file that a crash may leave and the next try replaces."""

    def __init__(self, folder: Folder, part: str) -> None:
        """Shelve into a folder; ``part`` is a name only this file uses, the same at every try."""
        self.folder = folder
        self._part = part

    def holding(self, names: Iterable[str], content: BinaryIO) -> str | None:
        """The name under which the file is there already: as an earlier try left it, or any file of the same bytes.

        Names are looked at in order, up to the first that is free.
        """
        part = self.folder.status(self._part)
        size = os.fstat(content.fileno()).st_size
        for name in names:
            there = self.folder.status(name)
            if there is None:
                return None
            if part is not None and same_file(part, there):
                return name
            if stat.S_ISREG(there.st_mode) and there.st_size == size and self._same(name, content):
                return name
        return None

    def take(self, names: Iterable[str], content: BinaryIO) -> str | None:
        """Put a copy under the first name that is free; None when all are taken."""
        self._copy(content)
        return next((name for name in names if self.folder.give(self._part, self.folder, name)), None)

    def replace(self, name: str, content: BinaryIO) -> str:
        """Put a copy under the name, in place of what has it."""
        self._copy(content)
        self.folder.replace(self._part, name)
        return name

    def tidy(self) -> None:
        """Remove the part file and make everything durable."""
        self.folder.remove(self._part)
        self.folder.sync()

    def _copy(self, content: BinaryIO) -> None:
        content.seek(0)
        try:
            with self.folder.making(self._part) as part:
                copy(content, part)
        except OSError:
            self.folder.remove(self._part)
            raise

    def _same(self, name: str, content: BinaryIO) -> bool:
        content.seek(0)
        with self.folder.reading(name) as there:
            return same_bytes(there, content)
