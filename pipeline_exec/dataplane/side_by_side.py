"""Work on several batches at once: Arrow and numpy let other threads run while they compute."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: More threads hold more batches in memory, and wait for each other's Python.
_THREADS: Final = 2


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """What the work makes of each item, in their order; it begins with some before the one before is asked for.

    Items are iterated by whoever iterates the results, and only a few ahead of them. What is raised by the work on an
    item comes in the place of its result.
    """
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(_THREADS, "side-by-side") as pool:
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) > _THREADS:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
