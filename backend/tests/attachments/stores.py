"""Stores that fail in one way each, and the application on them."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pazpaz.core.base.config import Settings
from pazpaz.main import create_app
from tests.support.practice import Practice, browser
from tests.support.served import free_port


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which nothing listens."""
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def black_hole() -> Iterator[str]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A server that gives everybody the same answer, whatever they ask."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 (names of the library)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@asynccontextmanager
async def acting_on(settings: Settings, practice: Practice) -> AsyncIterator[Practice]:
    """The same person in another application, which has these settings."""
    app = create_app(settings)
    async with app.router.lifespan_context(app), browser(app) as http:
        http.headers["Authorization"] = f"Bearer {practice.token}"
        yield Practice(http, practice.workspace_id, practice.user_id, practice.token, practice.email)
