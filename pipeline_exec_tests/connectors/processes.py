"""Children of the test process that crash, or that may do less."""

import os
import pickle
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: A user without any rights: "nobody".
NOBODY = 65534
#: What touches the file system, by the names CPython's audit events have.
STEPS = {"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.scandir"}


def unprivileged(act: Callable[[], T]) -> T:
    """What ``act`` answers or raises when the user is nobody in particular; a child does it when the user is root."""
    if os.geteuid() != 0:
        return act()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            answer = (act(), None)
        except Exception as error:  # noqa: BLE001  # whatever it is, the parent raises it
            answer = (None, error)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        value, error = pickle.load(pipe)
    os.waitpid(child, 0)
    if error is not None:
        raise error
    return value


def crashing_at(step: int, act: Callable[..., object], *arguments: object) -> bool:
    """Call ``act`` in a child that dies right before its n-th step in the file system; answer whether it died."""
    child = os.fork()
    if child == 0:
        _die_at(step)
        act(*arguments)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WEXITSTATUS(status) in {0, 9}
    return os.WEXITSTATUS(status) == 9


def _die_at(step: int) -> None:
    left = step

    def count(event: str, _: object) -> None:
        nonlocal left
        left -= event in STEPS
        if left == 0:
            os._exit(9)

    sys.addaudithook(count)
