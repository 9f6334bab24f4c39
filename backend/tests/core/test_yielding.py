"""Work in slices lets whoever else has something to do go first, and still ends."""

import asyncio
import time

from pazpaz.core.base.yielding import give_way


def _busy(seconds: float = 0.0002) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


async def test_who_has_little_to_do_is_done_between_two_slices() -> None:
    """All turns of a short request come before the next slice of a long one."""
    order: list[str] = []

    async def long() -> None:
        for _ in range(3):
            order.append("slice")
            await give_way()

    async def short() -> None:
        for _ in range(3):
            _busy()
            order.append("turn")
            await asyncio.sleep(0)

    await asyncio.gather(long(), short())
    assert order == ["slice", "turn", "turn", "turn", "slice", "slice"]


async def test_long_work_ends_beside_others_that_never_do() -> None:
    """It gives way a number of times, not for ever."""

    async def endless() -> None:
        while True:
            _busy()
            await asyncio.sleep(0)

    other = asyncio.create_task(endless())
    async with asyncio.timeout(10):
        for _ in range(3):
            await give_way()
    other.cancel()
