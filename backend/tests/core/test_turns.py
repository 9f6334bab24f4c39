"""Practices take their places in turn."""

import asyncio
import threading

import pytest

from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.turns import Threads, Turns


async def _hold(turns: Turns, owner: str, order: list[str], until: asyncio.Event) -> None:
    async with turns.place(owner):
        order.append(owner)
        await until.wait()


async def test_one_owner_leaves_a_place_to_others() -> None:
    """However many one owner sends, the next owner is in at once."""
    turns, order, until = Turns(2, per_owner=1), list[str](), asyncio.Event()
    tasks = [asyncio.create_task(_hold(turns, "greedy", order, until)) for _ in range(10)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(_hold(turns, "other", order, until)))
    await asyncio.sleep(0)
    assert order == ["greedy", "other"]
    until.set()
    await asyncio.gather(*tasks)
    assert len(order) == 11


async def test_who_used_less_is_first() -> None:
    """A freed place goes to the owner who used least, not to who came first."""
    turns, order, until = Turns(1, per_owner=1), list[str](), asyncio.Event()
    await turns.take("greedy")
    tasks = [asyncio.create_task(_hold(turns, "greedy", order, until)) for _ in range(3)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(_hold(turns, "other", order, until)))
    await asyncio.sleep(0)
    until.set()
    turns.give_back("greedy", 8.0)
    await asyncio.gather(*tasks)
    assert order == ["other", "greedy", "greedy", "greedy"]


async def test_who_needs_many_places_gets_them() -> None:
    """Places that come free are kept for who is next, not given to whoever needs fewer."""
    turns, order = Turns(3, per_owner=3), list[str]()

    async def take(owner: str, places: int) -> None:
        await turns.take(owner, places)
        order.append(owner)

    await turns.take("first", 2)
    tasks = [asyncio.create_task(take("many", 3))]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(take("few", 1)))
    await asyncio.sleep(0)
    assert order == []
    turns.give_back("first", 1.0, 2)
    await asyncio.sleep(0)
    turns.give_back("many", 1.0, 3)
    await asyncio.gather(*tasks)
    assert order == ["many", "few"]
    assert (turns.held("many"), turns.held("few")) == (0, 1)


async def test_a_long_queue_is_refused() -> None:
    """One owner's queue is bounded, and another's is not touched by it."""
    turns = Turns(1, per_owner=1, waiting=2)
    await turns.take("greedy")
    waiting = [asyncio.create_task(turns.take("greedy")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await turns.take("greedy")
    other = asyncio.create_task(turns.take("other"))
    await asyncio.sleep(0)
    turns.give_back("greedy", 1.0)
    await other
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_long_wait_is_refused_and_leaves_nothing() -> None:
    """Who gave up holds no place and is not remembered."""
    turns = Turns(1, per_owner=1, wait_seconds=0.01)
    await turns.take("first")
    with pytest.raises(Unavailable):
        await turns.take("second")
    turns.give_back("first", 0.0)
    async with turns.place("third"):
        pass
    assert list(turns._owners) in ([], ["third"])


async def test_cancelled_work_keeps_its_place_until_it_ends() -> None:
    """No more threads run than there are places, whoever hangs up."""
    threads, running, ends = Threads(1, per_owner=1), threading.Event(), threading.Event()

    def work() -> None:
        running.set()
        ends.wait(10)

    task = asyncio.create_task(threads.run("a", work))
    await asyncio.to_thread(running.wait, 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    following = asyncio.create_task(threads.run("b", lambda: 7))
    await asyncio.sleep(0.01)
    assert not following.done()
    ends.set()
    assert await following == 7
    threads.close()
