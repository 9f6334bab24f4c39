"""How long work on the event loop lets others run, between its slices."""

import asyncio
import time

SLICE_SECONDS = 0.0003
_IDLE_SECONDS = 0.00003  # a turn of the loop in which nobody else had anything to do takes less
_TURNS = 8


async def give_way() -> None:
    """Let others run for as long as they have something to do, but not for ever."""
    for _ in range(_TURNS):
        began = time.perf_counter()
        await asyncio.sleep(0)
        if time.perf_counter() - began < _IDLE_SECONDS:
            return
