"""How a failing place is told: the pair of errors of its side, and what the operating system's errors mean."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline_exec.errors import (
    DestinationRefused,
    DestinationUnresponsive,
    ExecutionFailure,
    SourceRefused,
    SourceUnresponsive,
    WriteFileFailure,
)


@dataclass(frozen=True)
class Family:
    """The errors of one side of an execution."""

    unresponsive: type[ExecutionFailure]
    """The place cannot be reached at the moment."""
    refused: type[ExecutionFailure]
    """The place says no, and will until somebody changes something."""


SOURCE = Family(SourceUnresponsive, SourceRefused)
DESTINATION = Family(DestinationUnresponsive, DestinationRefused)
FILE_DESTINATION = Family(DestinationUnresponsive, WriteFileFailure)
"""A destination whose refusals are about writing a file: no permission, no room, name taken."""

#: What passes by itself: a network file system out of reach, a device or a limit that is busy.
TRANSIENT = frozenset(
    getattr(errno, name)
    for name in [
        "EAGAIN",
        "EBUSY",
        "ECONNABORTED",
        "ECONNREFUSED",
        "ECONNRESET",
        "EHOSTDOWN",
        "EHOSTUNREACH",
        "EINTR",
        "EIO",
        "EMFILE",
        "ENETDOWN",
        "ENETRESET",
        "ENETUNREACH",
        "ENFILE",
        "ENOBUFS",
        "ENODEV",
        "ENOLCK",
        "ENOLINK",
        "ENOMEM",
        "ENONET",
        "ENOTCONN",
        "ENXIO",
        "EPIPE",
        "EREMOTEIO",
        "ESHUTDOWN",
        "ESTALE",
        "ETIME",
        "ETIMEDOUT",
        "ETXTBSY",
    ]
    if hasattr(errno, name)
)

_PERMISSION = "Give the user of the service the permission, or choose another place."
_SHAPE = "Correct the path."
_ROOM = "Make room there, or choose another place."
_TOLD: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("does not exist", "Create it, or correct the path."),
    errno.ENOTDIR: ("is not reached through folders only", _SHAPE),
    errno.EISDIR: ("is a folder", _SHAPE),
    errno.ELOOP: ("is a symbolic link, which is not followed", "Put the file itself there."),
    errno.ENAMETOOLONG: ("has too long a name", "Shorten the name."),
    errno.EACCES: ("may not be used by the service: permission denied", _PERMISSION),
    errno.EPERM: ("may not be used by the service: operation not permitted", _PERMISSION),
    errno.EROFS: ("is on a read-only file system", "Mount it writable, or choose another place."),
    errno.ENOSPC: ("has no room left", _ROOM),
    errno.EDQUOT: ("is over its quota", _ROOM),
    errno.EFBIG: ("does not take so large a file", "Choose a file system without that limit, or split the input."),
    errno.EEXIST: ("exists already", "Remove it, or choose another name."),
}


@contextmanager
def os_errors(place: str, family: Family) -> Iterator[None]:
    """Tell every ``OSError`` of the block as ours.

    Args:
        place: What was used, as a sentence begins: ``"The folder /data/in"``.
        family: Whose errors come out.
    """
    try:
        yield
    except OSError as error:
        raise _told(error, place, family) from error


def _told(error: OSError, place: str, family: Family) -> ExecutionFailure:
    code = error.errno or 0
    if code in TRANSIENT:
        return family.unresponsive(
            f"{place} cannot be reached: {os.strerror(code)}.", "Check the disk or the network share it is on."
        )
    if code in _TOLD:
        what, remedy = _TOLD[code]
        return family.refused(f"{place} {what}.", remedy)
    reason = os.strerror(code) if code else type(error).__name__
    return family.refused(f"{place} cannot be used: {reason}.", "Check the folder and the file system it is on.")
