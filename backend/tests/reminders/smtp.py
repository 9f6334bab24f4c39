"""An SMTP server that behaves as a script says, and keeps what it has accepted."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery


@dataclass
class Script:
    """What the server answers: by command's first word, or `banner`, `data` and `end`; None hangs up.

    A reply may be a list, whose last one stays. `hang:` waits for ever, `slow:` sends a byte a tick.
    """

    replies: dict[str, list[str]] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    seen: list[str] = field(default_factory=list)
    data_at: dict[str, float] = field(default_factory=dict)
    connections: int = 0
    port: int = 0
    pause: Callable[[], float] = lambda: 0.0  # before it answers MAIL or RCPT

    def next(self, step: str, usual: str) -> str:
        """The next reply at a step."""
        lines = self.replies.get(step)
        if not lines:
            return usual
        return lines.pop(0) if len(lines) > 1 else lines[0]

    def messages(self) -> list[EmailMessage]:
        """What was accepted, as a parser other than ours sees it."""
        return [message_from_bytes(raw, policy=policy.SMTP) for raw in self.mails]

    def settings(self, settings: Settings, **values: object) -> Settings:
        """These settings with this server, and with waits that a test can wait for."""
        quick: dict[str, object] = {
            "smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_tls": "none",
            "smtp_step_seconds": 0.5, "smtp_answer_seconds": 0.7, "reminder_retry_seconds": 0.01,
        }  # fmt: skip
        return settings.model_copy(update=quick | values)

    def resources(self, resources: Resources, **values: object) -> Resources:
        """What a worker holds, with this server."""
        return Resources(
            self.settings(resources.settings, **values),
            resources.engine, resources.system_engine, resources.keys, resources.queue,
        )  # fmt: skip


class _HangUpError(Exception):
    """The server closes the connection."""


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    if line == "drop":
        raise _HangUpError
    if line == "hang":
        await asyncio.Event().wait()
    if line.startswith("slow:"):
        for char in line.removeprefix("slow:") + "\r\n":
            writer.write(char.encode())
            await writer.drain()
            await asyncio.sleep(0.2)
        return
    writer.write(f"{line}\r\n".encode())
    await writer.drain()


async def _converse(script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    script.connections += 1
    await _say(writer, script.next("banner", "220 scripted"))
    while line := (await reader.readline()).decode():
        script.seen.append(line.strip())
        word = line.split(" ", maxsplit=1)[0].strip().upper()
        if word == "DATA":
            await _take(script, reader, writer)
        elif word == "QUIT":
            await _say(writer, "221 bye")
            return
        else:
            await asyncio.sleep(script.pause())
            await _say(writer, script.next(word, "250 ok"))


async def _take(script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    at = asyncio.get_running_loop().time()
    reply = script.next("DATA", "354 go on")
    await _say(writer, reply)
    if not reply.startswith("354"):
        return
    lines = []
    while (line := await reader.readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b"..") else line)
    reply = script.next("end", "250 taken")
    if reply.startswith("250") or reply in {"take-and-drop", "take-and-hang"}:
        raw = b"".join(lines)
        script.mails.append(raw)
        script.data_at[str(message_from_bytes(raw)["To"])] = at
        script.taken[str(message_from_bytes(raw)["Message-ID"])] += 1
    await _say(writer, reply.removeprefix("take-and-"))


@asynccontextmanager
async def scripted(**replies: str | list[str]) -> AsyncIterator[Script]:
    """A server on a free port; what it says is told by step."""
    told = {step: [said] if isinstance(said, str) else list(said) for step, said in replies.items()}
    script = Script(told)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with contextlib.suppress(_HangUpError, OSError, asyncio.CancelledError):
                await _converse(script, reader, writer)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def deliver(server: Script, resources: Resources, times: int = 1, **values: object) -> None:
    """What a worker does when it is woken, so many times."""
    for _ in range(times):
        await delivery.deliver(server.resources(resources, **values), new_id())
        await asyncio.sleep(0.05)


async def overdue(referee: Any) -> None:
    await referee.execute("UPDATE reminder_logs SET next_attempt_at = now() WHERE status = 'pending'")
