"""Revisions: whoever watches an execution hears that it has changed. One poll of the store serves all who watch."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from itertools import chain

from anyio import to_thread

from pipeline_exec.model.identity import ExecutionId

POLL_SECONDS = 0.2
"""How long after a change its watchers may hear of it."""


class Revisions:
    """Polls the revisions of the executions that are watched, only while some are."""

    def __init__(self, latest: Callable[[Iterable[ExecutionId]], Mapping[ExecutionId, int]]) -> None:
        self._latest = latest
        self._watchers: defaultdict[ExecutionId, set[_Watcher]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None

    async def of(self, execution_id: ExecutionId) -> AsyncGenerator[None]:
        """Yields at once, then after each change; changes that come faster than they are taken count as one.

        Its removal is the last change. What the store raises is raised here too.
        """
        latest = await to_thread.run_sync(self._latest, [execution_id])
        watcher = _Watcher(latest.get(execution_id))
        self._join(execution_id, watcher)
        try:
            yield
            while watcher.seen is not None:
                await watcher.change()
                yield
        finally:
            self._leave(execution_id, watcher)

    def _join(self, execution_id: ExecutionId, watcher: _Watcher) -> None:
        self._watchers[execution_id].add(watcher)
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll())

    def _leave(self, execution_id: ExecutionId, watcher: _Watcher) -> None:
        self._watchers[execution_id].discard(watcher)
        if not self._watchers[execution_id]:
            del self._watchers[execution_id]
        if not self._watchers and self._poller is not None:
            self._poller.cancel()
            self._poller = None

    async def _poll(self) -> None:
        try:
            while True:
                await asyncio.sleep(POLL_SECONDS)
                asked = list(self._watchers)
                latest = await to_thread.run_sync(self._latest, asked)
                for execution_id in asked:
                    for watcher in self._watchers.get(execution_id, ()):
                        watcher.tell(latest.get(execution_id))
        except Exception as failure:  # noqa: BLE001 - whatever it is, all who watch must hear of it
            self._poller = None
            for watcher in chain.from_iterable(self._watchers.values()):
                watcher.fail(failure)


class _Watcher:
    """One who watches an execution, and the revision they saw last; None when it is gone."""

    def __init__(self, seen: int | None) -> None:
        self.seen = seen
        self._changed = asyncio.Event()
        self._failure: Exception | None = None

    def tell(self, revision: int | None) -> None:
        if revision is None or self.seen is None or revision > self.seen:
            self.seen = revision
            self._changed.set()

    def fail(self, failure: Exception) -> None:
        self._failure = failure
        self._changed.set()

    async def change(self) -> None:
        """Return after the next change; raise when the store cannot be asked any more."""
        await self._changed.wait()
        self._changed.clear()
        if self._failure is not None:
            raise self._failure
