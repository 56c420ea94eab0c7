"""Revisions: one poll for all who watch, and none when nobody does."""

import asyncio
from contextlib import aclosing
from functools import wraps

import pytest

from pipeline_exec.api.graphql.revisions import Revisions
from pipeline_exec.errors import Unavailable
from pipeline_exec.model.identity import ExecutionId

A, B = ExecutionId("a"), ExecutionId("b")


class Store:
    """Answers revisions, and remembers what it was asked."""

    def __init__(self, **revisions):
        self.revisions = revisions
        self.asked = []
        self.error = None

    def latest(self, execution_ids):
        self.asked.append(sorted(execution_ids))
        if self.error is not None:
            raise self.error
        return {each: self.revisions[each] for each in execution_ids if each in self.revisions}


def in_a_loop(test):
    """Runs a test that is a coroutine, and sees to it that no poll goes on behind it."""

    async def whole():
        await asyncio.wait_for(test(), 10)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    @wraps(test)
    def run():
        asyncio.run(whole())

    return run


@in_a_loop
async def test_whoever_watches_hears_at_once_and_then_of_each_change():
    store = Store(a=1)
    async with aclosing(Revisions(store.latest).of(A)) as watching:
        await anext(watching)
        assert store.asked == [["a"]]
        for revision in (2, 3):
            store.revisions["a"] = revision
            await anext(watching)


@in_a_loop
async def test_changes_that_come_faster_than_they_are_taken_count_as_one():
    store = Store(a=1)
    async with aclosing(Revisions(store.latest).of(A)) as watching:
        await anext(watching)
        for revision in (2, 3, 4):
            store.revisions["a"] = revision
            polls = len(store.asked)
            while len(store.asked) == polls:
                await asyncio.sleep(0.01)
        await anext(watching)
        next_change = asyncio.ensure_future(anext(watching))
        polls = len(store.asked)
        while len(store.asked) < polls + 2:
            await asyncio.sleep(0.01)
        assert not next_change.done()
        store.revisions["a"] = 5
        await next_change


@in_a_loop
async def test_all_who_watch_share_one_poll():
    store = Store(a=1, b=1)
    revisions = Revisions(store.latest)
    async with aclosing(revisions.of(A)) as one, aclosing(revisions.of(A)) as two, aclosing(revisions.of(B)) as other:
        for watching in (one, two, other):
            await anext(watching)
        store.asked.clear()
        store.revisions["a"] = 2
        await asyncio.gather(anext(one), anext(two))
        assert store.asked
        assert all(asked == ["a", "b"] for asked in store.asked)
    store.asked.clear()
    async with aclosing(revisions.of(A)) as again:
        await anext(again)
        store.revisions["a"] = 3
        await anext(again)
    assert all(asked == ["a"] for asked in store.asked)


@in_a_loop
async def test_the_removal_of_an_execution_is_its_last_change():
    store = Store(a=1)
    async with aclosing(Revisions(store.latest).of(A)) as watching:
        await anext(watching)
        del store.revisions["a"]
        await anext(watching)
        with pytest.raises(StopAsyncIteration):
            await anext(watching)


@in_a_loop
async def test_what_the_store_raises_reaches_all_who_watch_and_the_next_may_try_again():
    store = Store(a=1, b=1)
    revisions = Revisions(store.latest)
    async with aclosing(revisions.of(A)) as one, aclosing(revisions.of(B)) as other:
        await anext(one)
        await anext(other)
        store.error = Unavailable("The database cannot be reached.")
        for watching in (one, other):
            with pytest.raises(Unavailable):
                await anext(watching)
    store.error = None
    async with aclosing(revisions.of(A)) as again:
        await anext(again)
        store.revisions["a"] = 2
        await anext(again)


@in_a_loop
async def test_whoever_is_canceled_leaves():
    store = Store(a=1)
    revisions = Revisions(store.latest)

    async def watch():
        async with aclosing(revisions.of(A)) as watching:
            async for _ in watching:
                pass

    watcher = asyncio.create_task(watch())
    while len(store.asked) < 2:
        await asyncio.sleep(0.01)
    watcher.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watcher
