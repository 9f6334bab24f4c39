"""uvicorn's HTTP/1.1 protocol with a limit on everything a client can send, withhold or leave unread."""

import asyncio
import math
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from pazpaz.core.base.errors import Problem
from pazpaz.server.door import Door
from pazpaz.server.intake import Intake
from pazpaz.server.limits import Limits
from pazpaz.server.refusals import Refusals, RequestTimeout, TooManyConnections


class GuardedProtocol(Intake):
    """One connection: what it is answered, and when it has had its time."""

    refusals: ClassVar[Refusals]
    door: ClassVar[Door]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer, or say that there are too many."""
        super().connection_made(transport)
        self._is_last = False  # the answer at hand ends the connection
        self._timer = self.loop.call_later(self.limits.tick, self._tick)
        if not self.door.admits(self):
            self._refuse(TooManyConnections())
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._fall_deaf()
        self.door.left(self)
        super().connection_lost(exc)

    @property
    def peer(self) -> str | None:
        """Who is connected; None on a socket that has no addresses."""
        return self.client[0] if self.client else None

    @property
    def idle_since(self) -> float:
        """Since when nothing has been asked and nothing is under way; endless while something is."""
        busy = self._in_body or self._head or self._deaf or self._is_answering()
        if busy or self.transport.is_closing() or self.transport.get_write_buffer_size():
            return math.inf
        return self._clock.idle_since

    def give_way(self) -> None:
        """End, unasked, for another connection."""
        self._fall_deaf()
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, self._noticing(cycle, app) if self._body_left else app)

    def _noticing(self, cycle: RequestResponseCycle, app: Any) -> Any:
        """`app`, with an answer that comes before the end of the body as the last one, and saying so.

        Whether the rest of the body is sent at all, the client decides when it has read the answer; so where
        the next request begins is not known.
        """

        async def serve(scope: Any, receive: Any, send: Any) -> None:
            async def noticed(message: Any) -> None:
                if message["type"] != "http.response.start" or not self._in_body:
                    await send(message)
                    return
                self._is_last = True
                await send({**message, "headers": [*message["headers"], (b"connection", b"close")]})
                cycle.keep_alive = (
                    True  # uvicorn would close at once, and what is still sent would reset the answer
                )

            await app(scope, receive, noticed)

        return serve

    def on_response_complete(self) -> None:
        """Go on with the next request. uvicorn would start a timer here, for each."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self._clock.rest(self.loop.time())
        self.flow.resume_reading()
        if self._is_last:
            self._hang_up()
        elif self._held:
            held, self._held = bytes(self._held), bytearray()
            self.data_received(held)

    def _refuse(self, problem: Problem) -> None:
        """Say why, and end."""
        self._fall_deaf()
        if self._in_body and not self._take_back():
            self.transport.close()
            return
        self.transport.write(self.refusals.wire(problem, self.server_state.default_headers))
        self._hang_up()

    def _hang_up(self) -> None:
        """Say that nothing more comes. The client may still be sending: it is given time to read, not to be heard."""
        self._fall_deaf()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._clock.linger(self.loop.time())
        else:
            self.transport.close()

    def _take_back(self) -> bool:
        """Take a request from the application; whether it has not begun to answer it."""
        cycle = self.cycle
        unanswered = not cycle.response_started
        cycle.disconnected = True
        cycle.message_event.set()
        return unanswered

    def _tick(self) -> None:
        now = self.loop.time()
        unread_until = self._clock.unread_until(now, self.transport.get_write_buffer_size())
        if now >= unread_until:
            self.transport.abort()
            return
        deadline = math.inf if self.transport.is_closing() else self._deadline(now)
        if now >= deadline:
            self._expire()
            deadline = math.inf
        self._timer = self.loop.call_at(min(now + self.limits.tick, deadline, unread_until), self._tick)

    def _deadline(self, now: float) -> float:
        if self._deaf:
            return self._clock.lingers_until()
        if self._in_body:
            if self.flow.read_paused:
                self._clock.restart_body(now)
            return self._clock.body_until()
        if self._head:
            return self._clock.head_until()
        return math.inf if self._is_answering() else self._clock.idle_until()

    def _expire(self) -> None:
        if not self._deaf and (self._in_body or self._head):
            self._refuse(RequestTimeout())
        else:
            self.transport.close()


def guarded(limits: Limits, refusals: Refusals) -> type[GuardedProtocol]:
    """Return the class uvicorn makes one of for each connection."""
    configured = {"limits": limits, "refusals": refusals, "door": Door(limits)}
    return type("ConfiguredProtocol", (GuardedProtocol,), configured)
