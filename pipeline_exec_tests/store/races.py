"""Races: the same thing tried by several at once, each with connections of its own."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline_exec.ports import Transaction
from pipeline_exec.store.database import Database

T = TypeVar("T")


def race(url: str, act: Callable[[Transaction, int], T], contestants: int = 4) -> list[T]:
    """What each contestant is answered; each acts in a transaction of a database object of its own, all at once."""
    start = threading.Barrier(contestants)

    def contend(number: int) -> T:
        database = Database(url)
        try:
            start.wait()
            with database.writing() as tx:
                return act(tx, number)
        finally:
            database.close()

    with ThreadPoolExecutor(contestants) as threads:
        return list(threads.map(contend, range(contestants)))


def in_processes(act: Callable[[int], T], processes: int = 3) -> list[T]:
    """What ``act`` answers in each of several new processes that start at the same moment."""
    gate_reading, gate_writing = os.pipe()
    children = [_fork(act, number, gate_reading, gate_writing) for number in range(processes)]
    os.close(gate_reading)
    # All of them wait for the end of the pipe.
    os.close(gate_writing)
    answers = []
    for pid, reading in children:
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(pid, 0)
        assert answer, "a process died"
        answers.append(pickle.loads(answer))
    return answers


def _fork(act: Callable[[int], T], number: int, gate_reading: int, gate_writing: int) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(gate_writing)
        os.read(gate_reading, 1)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(act(number)))
    finally:
        os._exit(0)
