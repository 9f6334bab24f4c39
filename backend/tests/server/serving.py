"""`python serving.py '{"head": 16384}'`: the protocol with these limits before an application of a few lines."""

import asyncio
import json
import resource
import socket
import sys
from typing import Any

import uvicorn

from pazpaz.server.hosts import AllowedHosts
from pazpaz.server.limits import Limits
from pazpaz.server.protocol import guarded
from pazpaz.server.refusals import Refusals

BIG = 16_000_000
_BYTES = b"x" * BIG  # one for all: the transport copies nothing
SLOW_SECONDS = 0.2


async def read(receive: Any) -> int:
    """How many bytes the body has."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    return size


class App:
    """Says what it was asked."""

    server: uvicorn.Server

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        said: dict[str, Any] = {"path": scope["path"], "fields": len(scope["headers"])}
        if scope["path"] != "/early":
            try:
                said["body"] = await read(receive)
            except ConnectionAbortedError:
                return
        if scope["path"] == "/slow":
            await asyncio.sleep(SLOW_SECONDS)
        if scope["path"] == "/state":
            said["connections"] = len(self.server.server_state.connections)
        said["fields_after"] = len(scope["headers"])
        body = _BYTES if scope["path"] == "/big" else json.dumps(said).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve until terminated; the first line of the output is the port."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2048)), hard))
    refusals = Refusals("https://pazpaz.com/errors", access_log=False)
    app = App()
    hosts = AllowedHosts(app, frozenset({"localhost", "[::1]"}), refusals)
    protocol = guarded(Limits(**json.loads(sys.argv[1])), refusals)
    config = uvicorn.Config(hosts, loop="uvloop", http=protocol, ws="none", lifespan="off", log_level="error")
    app.server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    app.server.run(sockets=[listening])


if __name__ == "__main__":
    main()
