"""Staging in a local folder."""

from __future__ import annotations

import errno
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
from pipeline_exec.store.durable import make_folder, make_names_durable

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
        unfinished = _unfinished(final)
        with _writable():
            make_folder(final.parent)
            file = unfinished.open("xb")
        try:
            with file:
                with _room():
                    yield file
                with _writable():
                    file.flush()
                    os.fsync(file.fileno())
            with _writable():
                _publish(unfinished, final)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def local(self, ref: str) -> Path:
        path = self._found(ref)
        if path is None:
            raise _absent(ref)
        return path

    @contextmanager
    def placing(self, ref: str) -> Iterator[ports.Placement]:
        final = self._path(ref)
        placement = ports.Placement(_unfinished(final))
        with _writable():
            make_folder(final.parent)
        try:
            with _room():
                yield placement
            with _writable():
                if placement.is_durable:
                    _sync(placement.path)
                    _publish(placement.path, final)
                else:
                    placement.path.replace(_passing(final))
                    final.unlink(missing_ok=True)
        except BaseException:
            placement.path.unlink(missing_ok=True)
            raise

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


def _unfinished(final: Path) -> Path:
    """Where a file is written before it is whole: no two writers meet there, whichever machine they are on."""
    return final.with_name(f".{final.name}.{secrets.token_hex(8)}")


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


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
