"""`python -m bench.lag --host H --port N`: `pazpaz api` with a watch on its event loop, read at /lag."""

import asyncio
import sys
import time
from typing import Any

import orjson
import uvicorn

from pazpaz.core.base import logging
from pazpaz.features import load_settings
from pazpaz.main import create_app
from pazpaz.server.limits import Limits
from pazpaz.server.protocol import guarded
from pazpaz.server.refusals import Refusals

STEP = 0.001


class Watched:
    """The application; how late the loop was, each millisecond since it was last asked, is at /lag."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._watch: asyncio.Task[None] | None = None
        self._late: list[float] = []
        self._busy: list[float] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._watch is None:
            self._watch = asyncio.create_task(self._look())
        if scope["type"] != "http" or scope["path"] != "/lag":
            await self._app(scope, receive, send)
            return
        body = orjson.dumps({"late": self._late, "busy": self._busy})
        self._late, self._busy = [], []
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _look(self) -> None:
        """Late by the clock, which a busy machine makes worse, and by the CPU time the loop's thread took."""
        while True:
            clock, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(STEP)
            self._late.append(max(time.perf_counter() - clock - STEP, 0.0))
            self._busy.append(time.thread_time() - cpu)


def main() -> None:
    """Serve as `pazpaz api` does."""
    settings = load_settings()
    logging.configure()
    refusals = Refusals(settings.problem_base_url, settings.access_log)
    uvicorn.run(
        Watched(create_app(settings)),
        host=sys.argv[2],
        port=int(sys.argv[4]),
        loop="uvloop",
        http=guarded(Limits(), refusals),
        ws="none",
        access_log=False,
        log_config=None,
    )


if __name__ == "__main__":
    main()
