"""Work on several things at once: Arrow and numpy let other threads run while they compute.

Threads live as long as the work they were made for: none is left when a process forks. There are never more than Arrow
itself takes, which is the number of processors this process may use, or what ``OMP_NUM_THREADS`` says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

import pyarrow as pa

Item = TypeVar("Item")
Result = TypeVar("Result")

#: More threads hold more batches in memory, and wait for each other's Python.
_BATCHES: Final = 2
#: Of one batch several columns may be worked on, for it is held anyway.
_COLUMNS: Final = 4


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """What the work makes of each item, in their order; it begins with some before the one before is asked for.

    Items are iterated by whoever iterates the results, and only a few ahead of them. What is raised by the work on an
    item comes in the place of its result.
    """
    threads = min(_BATCHES, pa.cpu_count())
    if threads == 1:
        yield from map(work, items)
        return
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, "side-by-side") as pool:
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def all_at_once(work: Callable[[Item], Result], items: Sequence[Item], *, unless: bool = False) -> list[Result]:
    """What the work makes of each item, in their order, once it is done with all.

    If it fails at several items, what is raised is that of the first of them.

    Args:
        work: What is to be done with an item.
        items: All of them.
        unless: Whether to take one after the other instead, for it is too little work, or too much.
    """
    threads = min(_COLUMNS, pa.cpu_count(), len(items))
    if threads <= 1 or unless:
        return list(map(work, items))
    with ThreadPoolExecutor(threads, "at-once") as pool:
        return list(pool.map(work, items))
