"""An SMTP server on the loopback that keeps every message as a file of a Maildir."""

import argparse
import asyncio
import itertools
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_SIZE_LIMIT_BYTES = 25 * 1024 * 1024
_HOST = "127.0.0.1"


class Maildir:
    """Writes messages so that a reader of `new` sees whole ones only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counter = itertools.count()
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def deliver(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        """Keep a message, the envelope as its first headers; returns the file's name, which sorts by time."""
        name = f"{time.time_ns()}.P{os.getpid()}Q{next(self._counter)}.localhost"
        headers = [f"Return-Path: <{sender}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
        draft = self._folder / "tmp" / name
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write("".join(f"{header}\r\n" for header in headers).encode())
            stream.write(content)
        draft.rename(self._folder / "new" / name)
        return name


class Handler:
    """aiosmtpd's hook for a message that has arrived whole."""

    def __init__(self, maildir: Maildir) -> None:
        self._maildir = maildir

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        name = self._maildir.deliver(envelope.mail_from or "", envelope.rcpt_tos, raw)
        return f"250 2.0.0 {name}"


async def serve(port: int, folder: Path) -> None:
    """Answer until SIGTERM."""
    handler = Handler(Maildir(folder))
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)

    def session() -> SMTP:
        return SMTP(
            handler,
            hostname="localhost",
            ident="PazPaz mail catcher",
            data_size_limit=_SIZE_LIMIT_BYTES,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    server = await loop.create_server(session, _HOST, port)
    await stopped.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailcatcher")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.dir))


if __name__ == "__main__":
    main()
