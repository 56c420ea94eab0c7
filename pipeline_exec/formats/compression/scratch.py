"""Scratch files: what is unpacked, on disk for as long as somebody reads it."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from pipeline_exec.errors import Unavailable

_PREFIX: Final = "pipeline-exec-unpacked-"

#: A file this young may be about to be locked by its maker.
_YOUNG_SECONDS: Final = 60.0


class ScratchFile:
    """A file that is gone with the last reference to it, and at the latest with the process."""

    def __init__(self, folder: Path | None) -> None:
        """A new, empty one in a folder, which is made where it is absent; without one where the system has such."""
        folder = Path(tempfile.gettempdir()) if folder is None else folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
        # Held until the file is gone: what nobody holds was left behind by a process that was killed.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self.path = Path(name)
        self._descriptor = descriptor
        self.remove = weakref.finalize(self, _remove, descriptor, self.path)
        """Remove it now."""

    def write(self, chunks: Iterable[bytes]) -> None:
        """Fill it. It is removed when that does not succeed.

        Raises:
            Unavailable: there is no room.
        """
        try:
            for chunk in chunks:
                _put(self._descriptor, chunk)
        except BaseException:
            self.remove()
            raise


def _put(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        raise Unavailable(
            f"There is no room to decompress the file: {error.strerror}.", "Make room in the service's home."
        ) from error


def _remove(descriptor: int, path: Path) -> None:
    path.unlink(missing_ok=True)
    os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Remove what processes left behind that were killed."""
    for path in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _YOUNG_SECONDS:
                _remove_unheld(path)


def _remove_unheld(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        # BlockingIOError, which is an OSError, when somebody holds it.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
