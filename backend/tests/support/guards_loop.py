"""The application in a thread of its own, on an event loop whose every callback's CPU time is noted."""

import asyncio
import asyncio.events
import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.main import create_app
from pazpaz.server.hosts import AllowedHosts
from pazpaz.server.limits import Limits
from pazpaz.server.protocol import guarded
from pazpaz.server.refusals import Refusals
from tests.support.served import free_port

HOST = "127.0.0.1"
_START_SECONDS = 30.0


@dataclass
class Watch:
    """What the callbacks of one thread's event loop cost: seconds of that thread's CPU, whatever else runs."""

    thread_id: int = 0
    longest: float = 0.0
    callback: str = ""
    port: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        """Forget what was."""
        self.longest, self.callback = 0.0, ""

    def note(self, seconds: float, handle: Any) -> None:
        """A callback has run."""
        if seconds > self.longest:
            self.longest, self.callback = seconds, repr(handle)[:300]


@contextmanager
def watched(settings: Settings) -> Iterator[Watch]:
    """A server with the real protocol, on the standard library's loop, which can be watched."""
    watch = Watch(port=free_port())
    run = asyncio.events.Handle._run

    def timed(self: asyncio.events.Handle) -> Any:
        if threading.get_ident() != watch.thread_id:
            return run(self)
        began = time.thread_time()
        try:
            return run(self)
        finally:
            watch.note(time.thread_time() - began, self)

    asyncio.events.Handle._run = timed  # type: ignore[method-assign]
    server = uvicorn.Server(_config(create_app(settings), watch.port))
    thread = threading.Thread(target=_serve, args=(server, watch), daemon=True)
    gc.disable()  # a collection costs what the whole test process holds, not what the request does
    thread.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not server.started and time.monotonic() < deadline and thread.is_alive():
            time.sleep(0.02)
        assert server.started
        yield watch
    finally:
        server.should_exit = True
        thread.join(_START_SECONDS)
        asyncio.events.Handle._run = run  # type: ignore[method-assign]
        gc.enable()


def _config(app: FastAPI, port: int) -> uvicorn.Config:
    refusals = Refusals("https://pazpaz.com/errors", access_log=False)
    hosts = AllowedHosts(app, frozenset({HOST}), refusals)
    return uvicorn.Config(
        hosts,
        host=HOST,
        port=port,
        http=guarded(Limits(), refusals),
        ws="none",
        lifespan="on",
        log_level="error",
    )


def _serve(server: uvicorn.Server, watch: Watch) -> None:
    watch.thread_id = threading.get_ident()
    loop = asyncio.SelectorEventLoop()
    try:
        loop.run_until_complete(server.serve())
    finally:
        loop.close()
        watch.stopped.set()
