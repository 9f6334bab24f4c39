"""One practice's files take their turns, and another's do not wait for them."""

import asyncio

import psutil

from tests.support.files import attach
from tests.support.files_hostile_images import BOMBS
from tests.support.practice import Practice

# It runs into its CPU limit, so that its child is there for seconds.
SLOW = next(case for case in BOMBS if case.name == "PNG of the most pixels in 16 bits").make()


def _children() -> list[psutil.Process]:
    running = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in running if "pazpaz.sanitizing" in " ".join(child.cmdline())]


async def test_costly_files_of_one_practice_keep_nobody_out(practice: Practice, other: Practice) -> None:
    """While all that one practice may screen is under way, another's file is taken first of those that wait."""
    note, theirs = [(await one.make_session())["id"] for one in (practice, other)]
    costly = [asyncio.create_task(attach(practice, note, data=SLOW)) for _ in range(4)]
    try:
        async with asyncio.timeout(60):
            while not _children():  # noqa: ASYNC110 (another process is looked for)
                await asyncio.sleep(0.02)
        assert (await attach(other, theirs)).status_code == 201
        assert sum(task.done() for task in costly) <= 1
        assert len(_children()) <= 1, "a practice has one place"
    finally:
        for task in costly:
            task.cancel()
        await asyncio.gather(*costly, return_exceptions=True)
