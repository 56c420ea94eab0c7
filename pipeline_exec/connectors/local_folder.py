"""A folder of this machine, held open: what is done in it cannot be led elsewhere by a link put on the way."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

#: To pass through a folder takes the right to search it, not to read it. Linux has a flag that says so.
_THROUGH = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

#: What file systems answer that have no hard links, or do not let this user make one of a file of another's.
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}

#: What network file systems answer that cannot do it for folders.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF}

COPY_BYTES = 1024 * 1024


class Folder:
    """Files of one folder by name; no name is followed when it is a symbolic link.

    Raises:
        OSError: from every method, as the operating system says.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    @contextmanager
    def opened(cls, path: Path, *, create: bool = False) -> Iterator[Self]:
        """Hold a folder open.

        Args:
            path: Absolute and without symbolic links: meeting one is an error.
            create: Whether to make what is missing of it.
        """
        descriptor = os.open(path.anchor, _THROUGH)
        try:
            for part in path.parts[1:]:
                below = _below(descriptor, part, create=create)
                os.close(descriptor)
                descriptor = below
            yield cls(descriptor)
        finally:
            os.close(descriptor)

    def entries(self) -> Iterator[os.DirEntry[str]]:
        """Everything in it, streamed."""
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._descriptor)
        try:
            with os.scandir(descriptor) as entries:
                yield from entries
        finally:
            os.close(descriptor)

    def status(self, name: str) -> os.stat_result | None:
        """What stands under the name; None when nothing does."""
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def reading(self, name: str) -> BinaryIO:
        """Open a file; one that is not regular has nothing to read, and opening it does not wait."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.fdopen(os.open(name, flags, dir_fd=self._descriptor), "rb")

    def making(self, name: str) -> BinaryIO:
        """Open a new file to write, in place of one that has the name."""
        self.remove(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(name, flags, 0o666, dir_fd=self._descriptor), "wb")

    def give(self, name: str, to: Folder, new_name: str) -> bool:
        """Let a file appear under another name, whole and at once, unless that is taken; answer whether it did.

        The old name may stay beside the new one: remove it afterwards.
        """
        try:
            os.link(name, new_name, src_dir_fd=self._descriptor, dst_dir_fd=to._descriptor, follow_symlinks=False)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return self._rename_onto_claim(name, to, new_name)
        return True

    def replace(self, name: str, new_name: str) -> None:
        """Rename, in place of whatever has the new name."""
        os.rename(name, new_name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Delete a file; a no-op when there is none."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def may_change(self) -> bool:
        """Whether this user may make and delete files in it."""
        return os.access(".", os.W_OK | os.X_OK, dir_fd=self._descriptor)

    def sync(self) -> None:
        """Make the names in it durable, as far as the file system and the user's rights allow."""
        try:
            descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._descriptor)
        except PermissionError:
            # A drop box: it may be written to, not read.
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise
        finally:
            os.close(descriptor)

    def _rename_onto_claim(self, name: str, to: Folder, new_name: str) -> bool:
        # Without hard links no call both moves a file and respects a taken name: take the name first, empty.
        try:
            os.close(os.open(new_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=to._descriptor))
        except FileExistsError:
            return False
        try:
            os.rename(name, new_name, src_dir_fd=self._descriptor, dst_dir_fd=to._descriptor)
        except OSError:
            to.remove(new_name)
            raise
        return True


def _below(descriptor: int, name: str, *, create: bool) -> int:
    try:
        return os.open(name, _THROUGH, dir_fd=descriptor)
    except FileNotFoundError:
        if not create:
            raise
    # Another process may make it at the same moment.
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=descriptor)
    return os.open(name, _THROUGH, dir_fd=descriptor)


def copy(source: BinaryIO, into: BinaryIO) -> None:
    """Copy what is left of a file and make it durable."""
    while chunk := source.read(COPY_BYTES):
        into.write(chunk)
    into.flush()
    os.fsync(into.fileno())


def same_file(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether two names stand for one file."""
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def same_bytes(one: BinaryIO, other: BinaryIO) -> bool:
    """Whether two files, read from where they stand, hold the same."""
    while True:
        left, right = one.read(COPY_BYTES), other.read(COPY_BYTES)
        if left != right:
            return False
        if not left:
            return True


def version(status: os.stat_result) -> tuple[int, str] | None:
    """Size and modification time as a listing shows them; None for what is not a regular file."""
    return (status.st_size, str(status.st_mtime_ns)) if stat.S_ISREG(status.st_mode) else None
