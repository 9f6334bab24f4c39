"""A print that takes long, told as it goes: lines of JSON, and behind the last one the document.

The work never waits for whoever listens: each line says how far it is by then.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import orjson

from pazpaz.core.base.errors import Problem, Unavailable
from pazpaz.papers.service import Told

EVERY_SECONDS = 0.5
_PART = 1 << 16
Work = Callable[[Told], Awaitable[bytes]]


async def told(work: Work) -> AsyncIterator[bytes]:
    """Yield how far it is twice a second, then `ready` with the length, then the document itself.

    A failure is the last line: its problem's slug and status. Whoever goes away ends the work.
    """
    began, state = time.monotonic(), {"stage": "waiting", "done": 0, "of": 0}

    def tell(done: int, of: int) -> None:
        state.update(stage="setting" if done >= of else "reading", done=done, of=of)

    running = asyncio.ensure_future(work(tell))
    try:
        while not running.done():
            yield _line(state | {"seconds": round(time.monotonic() - began)})
            await asyncio.wait({running}, timeout=EVERY_SECONDS)
        failed = running.exception()
        if failed is None:
            document = running.result()
            yield _line({"stage": "ready", "bytes": len(document)})
            for begin in range(0, len(document), _PART):
                yield document[begin : begin + _PART]
            return
        problem = failed if isinstance(failed, Problem) else Unavailable()
        yield _line({"stage": "failed", "slug": problem.slug, "status": problem.status})
        if problem is not failed:
            raise failed
    finally:
        running.cancel()


def _line(said: dict[str, object]) -> bytes:
    return orjson.dumps(said) + b"\n"
