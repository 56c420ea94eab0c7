"""Staging in a local folder."""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import psutil

from pipeline_exec import ports
from pipeline_exec.errors import NotFound, Unavailable
from pipeline_exec.store.durable import locked, make_folder, make_names_durable

#: What references are made of. No name begins with a dot: none leads up, and none is that of a file being written.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")

#: No space, no quota, or a limit of the system on the size of a file.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LocalStaging(ports.Staging):
    """Files below one folder; a reference is a relative path of letters, digits, ``.``, ``_`` and ``-``."""

    def __init__(self, root: Path) -> None:
        """Nothing is made before something is written.

        Args:
            root: The folder; every process that shares it sees the same references.
        """
        self._root = root

    @contextmanager
    def writing(self, ref: str) -> Iterator[BinaryIO]:
        final = self._path(ref)
        with _unfinished(final) as file:
            with _room():
                yield file
            with _writable():
                file.flush()
                os.fsync(file.fileno())
                _publish(Path(file.name), final)

    def local(self, ref: str) -> Path:
        path = self._found(ref)
        if path is None:
            raise _absent(ref)
        return path

    @contextmanager
    def placing(self, ref: str) -> Iterator[ports.Placement]:
        final = self._path(ref)
        with _unfinished(final) as file:
            placement = ports.Placement(Path(file.name))
            with _room():
                yield placement
            with _writable():
                if placement.is_durable:
                    _sync(placement.path)
                    _publish(placement.path, final)
                else:
                    placement.path.replace(_passing(final))
                    final.unlink(missing_ok=True)

    def exists(self, ref: str) -> bool:
        return self._found(ref) is not None

    def size(self, ref: str) -> int:
        return self.local(ref).stat().st_size

    def remove(self, prefix: str) -> None:
        path = self._path(prefix)
        with suppress(FileNotFoundError):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                _passing(path).unlink(missing_ok=True)
                path.unlink()

    def check(self) -> None:
        ref = f"check-{secrets.token_hex(8)}"
        with self.writing(ref) as file:
            file.write(b"Can this be written?")
        self.remove(ref)

    def _found(self, ref: str) -> Path | None:
        final = self._path(ref)
        if final.is_file():
            return final
        passing = _passing(final)
        # Without an fsync a file may be there after a loss of power, and hold nothing.
        is_trusted = passing.is_file() and passing.stat().st_mtime >= psutil.boot_time()
        return passing if is_trusted else None

    def _path(self, ref: str) -> Path:
        names = ref.split("/")
        if not all(_NAME.fullmatch(name) for name in names):
            raise ValueError(f"{ref!r} is not a reference of the staging area")
        return self._root.joinpath(*names)


def _passing(final: Path) -> Path:
    """Where a file lies that need not outlive a start of the machine; no reference has a tilde."""
    return final.with_name(f"{final.name}~")


@contextmanager
def _unfinished(final: Path) -> Iterator[BinaryIO]:
    """A new file beside the final one, which is gone at the end unless it was moved.

    No two writers meet there, whichever machine they are on. What others left there that died is removed.
    """
    with _writable():
        make_folder(final.parent)
        file = _held(final)
    try:
        yield file
    finally:
        Path(file.name).unlink(missing_ok=True)
        # What could not be written cannot be written now either, and that was told.
        with suppress(OSError):
            file.close()


def _held(final: Path) -> BinaryIO:
    """A file that is locked for as long as it is open: what nobody holds was left behind."""
    with locked(final.parent):
        for left in final.parent.glob(f".{glob.escape(final.name)}.*"):
            with suppress(OSError), left.open("rb") as dead:
                fcntl.flock(dead, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
        file = final.with_name(f".{final.name}.{secrets.token_hex(8)}").open("xb")
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _sync(path: Path) -> None:
    """By its path: whoever wrote may have put another file there."""
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _publish(unfinished: Path, final: Path) -> None:
    unfinished.replace(final)
    _passing(final).unlink(missing_ok=True)
    make_names_durable(final.parent)


@contextmanager
def _writable() -> Iterator[None]:
    """Whatever the operating system says in the block, staging cannot be written."""
    try:
        yield
    except OSError as error:
        raise _unwritable(error) from error


@contextmanager
def _room() -> Iterator[None]:
    """The block is somebody else's: only what can be about room is about staging."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _unwritable(error) from error
        raise


def _unwritable(error: OSError) -> Unavailable:
    # What libraries say in place of the system's own words may name paths.
    why = os.strerror(error.errno) if error.errno else type(error).__name__
    return Unavailable(
        f"The staging area cannot be written: {why}.", "Make room there, or check the folder's permissions."
    )


def _absent(ref: str) -> NotFound:
    return NotFound(f"There is nothing staged as {ref!r}.")
